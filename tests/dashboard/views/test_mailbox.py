"""The mailbox exists in a demo only."""

import pytest

from dashboard import mailbox

pytestmark = pytest.mark.django_db

NAME = "17000000000000000000-0a1b2c3d"
MAIL = (
    b"From: Bulut <a@company.example>\r\nTo: b@customer.example\r\nSubject: =?utf-8?b?0KHQu9C+0LLQvg==?=\r\n"
    b"Message-ID: <1@company.example>\r\nContent-Language: ru\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    b'--x\r\nContent-Type: multipart/alternative; boundary="y"\r\n\r\n'
    b"--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"
    b"--y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>page words</p><script>alert(1)</script>\r\n--y--\r\n"
    b"--x\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="a.pdf"\r\n\r\n%PDF\r\n--x--\r\n'
)


@pytest.fixture
def demo(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.DEMO_MARKER = tmp_path / "marker"
    settings.DEMO_MARKER.touch()
    (mailbox.folder() / f"{NAME}.eml").write_bytes(MAIL)


ADDRESSES = ["/mailbox/", f"/mailbox/{NAME}/", f"/mailbox/{NAME}/body/", f"/mailbox/{NAME}/files/0/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_outside_of_a_demo_there_is_no_mailbox(visitor, olga, client_of, demo, settings, address):
    settings.DEMO_MARKER.unlink()

    assert visitor.get(address).status_code == 404
    assert client_of(olga).get(address).status_code == 404


def test_in_a_demo_everybody_reads_what_left(visitor, demo):
    pages = [visitor.get(address) for address in ADDRESSES]

    assert [page.status_code for page in pages] == [200] * 4
    assert "Слово" in pages[0].content.decode()
    assert "plain words" in pages[1].content.decode()
    assert b"page words" in pages[2].content
    assert (pages[3].content.strip(), pages[3].headers["Content-Type"]) == (b"%PDF", "application/pdf")
    assert pages[3].headers["Content-Disposition"].startswith("attachment")


def test_the_page_of_a_mail_runs_nothing_and_asks_nobody(visitor, demo):
    policy = visitor.get(ADDRESSES[2]).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fmarker", "1-x", f"{NAME}.eml", "00000000-00000000", "x" * 300])
def test_a_name_is_never_a_path(visitor, demo, name):
    assert visitor.get(f"/mailbox/{name}/").status_code == 404
    assert visitor.get(f"/mailbox/{NAME}/files/9/").status_code == 404
