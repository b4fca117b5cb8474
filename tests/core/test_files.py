import gzip
import io
import unicodedata
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from core import files
from core.models import DraftFile

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + b"\x10" * 64 + b"\xff\xd9"
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PCAP = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8" + b"\0" * 100
ELF = b"\x7fELF\x02\x01\x01\x00" + b"\0" * 60
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


def make_zip(name: str = "a.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "hello")
    return out.getvalue()


def upload(name: str, content: bytes) -> ContentFile:
    return ContentFile(content, name=name)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("screen.png", PNG, "image/png"),
        ("photo.JPG", JPEG, "image/jpeg"),
        ("moving.gif", GIF, "image/gif"),
        ("letter.pdf", PDF, "application/pdf"),
        ("mail.log.gz", gzip.compress(b"x" * 200, mtime=0), "application/gzip"),
        ("all.zip", make_zip(), "application/zip"),
        ("table.xlsx", make_zip("xl/workbook.xml"), "application/zip"),
        ("traffic.pcap", PCAP, "application/vnd.tcpdump.pcap"),
        (
            "traffic.pcapng",
            bytes.fromhex("0a0d0d0a1c0000004d3c2b1a01000000") + b"\xff" * 12,
            "application/vnd.tcpdump.pcap",
        ),
        ("pack.7z", b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 40, "application/x-7z-compressed"),
        ("shot.webp", b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
        ("auth.log", b"Jul 16 09:32 sshd: failed\n", "text/plain"),
        ("message.eml", b"From: a@b.example\r\nSubject: x\r\n\r\nbody\r\n", "text/plain"),
        ("старое.txt", "Вход с чужого адреса".encode("cp1251"), "text/plain"),
        ("новое.txt", "Кириш бегона манзилдан".encode(), "text/plain"),
        ("events.json", b'{"a": [1, 2]}', "text/plain"),
    ],
)
def test_evidence_of_a_known_kind_is_taken(name, content, kind):
    seen = files.inspect(upload(name, content), allowed=files.EVIDENCE)

    assert (seen.name, seen.size, seen.kind) == (name, len(content), kind)
    assert len(seen.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", EXE),  # the name is only a label
        ("setup.exe", EXE),
        ("run.txt", ELF),
        ("page.html", HTML),
        ("drawing.svg", SVG),
        ("screen.png", HTML),
        ("screen.png", b"just words"),
        ("letter.pdf.exe", PDF),
        ("noending", PNG),
        ("a.png", PDF),
        ("random.bin", bytes(range(256)) * 4),
        ("zeros.txt", b"\0" * 64),
    ],
)
def test_anything_else_is_refused_with_its_name(name, content):
    with pytest.raises(ValidationError, match=name.replace(".", r"\.")):
        files.inspect(upload(name, content), allowed=files.EVIDENCE)


@pytest.mark.parametrize("content", [make_zip(), b"words", EXE])
def test_a_proof_is_a_picture_or_a_pdf(content):
    with pytest.raises(ValidationError) as refused:
        files.inspect(upload("proof.zip", content), allowed=files.PROOF)

    assert "ZIP file" not in refused.value.messages[0]  # an advice that would not help here


def test_an_empty_file_and_one_too_large_are_refused_in_words(settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024

    with pytest.raises(ValidationError, match="is empty"):
        files.inspect(upload("a.txt", b""), allowed=files.EVIDENCE)
    with pytest.raises(ValidationError, match=r"is 2 MB. The limit is 1 MB"):
        files.inspect(upload("a.txt", b"x" * (1024 * 1024 + 1)), allowed=files.EVIDENCE)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\report.pdf", "report.pdf"),
        ('a"; filename="b.html', "a__ filename=_b.html"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("gpj.\u202eexe.txt", "gpj.exe.txt"),
        ("...", "file"),
        ("", "file"),
        ("hisobot oʻzgarish.pdf", "hisobot oʻzgarish.pdf"),
    ],
)
def test_a_name_becomes_a_harmless_label(name, label):
    assert files.safe_name(name) == label


@given(st.text(st.characters(codec=None), max_size=400))
def test_no_name_breaks_a_header_a_path_or_the_database(name):
    label = files.safe_name(name)

    assert 0 < len(label) <= 255
    assert not any(c in label for c in '/\\"<>:|?*;')
    assert not any(unicodedata.category(c)[0] == "C" for c in label)
    assert label not in {".", ".."}
    label.encode()


@given(st.binary(max_size=300))
def test_any_content_is_judged_without_an_error(content):
    try:
        seen = files.inspect(upload("a.txt", content), allowed=files.EVIDENCE)
    except ValidationError:
        return
    assert seen.kind == "text/plain"
    assert b"\0" not in content


@pytest.mark.django_db
def test_a_good_upload_waits_for_the_next_try_of_its_owner():
    draft = files.keep(upload("screen.png", PNG), owner="1", allowed=files.EVIDENCE)

    assert list(DraftFile.objects.of("1")) == [draft]
    assert not DraftFile.objects.of("2").exists()
    with draft.file.open("rb") as kept:
        assert kept.read() == PNG
    assert "screen" not in draft.file.name  # the storage never takes the name from outside


@pytest.mark.django_db
def test_a_draft_expires_after_a_day_and_its_file_goes_with_it(clock):
    clock.set("2026-07-16 10:00")
    draft = files.keep(upload("screen.png", PNG), owner="1", allowed=files.EVIDENCE)
    assert not DraftFile.objects.expired(clock.now).exists()

    clock.forward(hours=24, seconds=1)
    files.discard(DraftFile.objects.expired(clock.now))

    assert not DraftFile.objects.exists()
    assert not draft.file.storage.exists(f"drafts/{draft.id.hex}")


@pytest.mark.django_db
def test_a_download_is_never_opened_sniffed_or_run():
    draft = files.keep(upload("screen.png", PNG), owner="1", allowed=files.EVIDENCE)

    response = files.download(draft.file, name='a"\r\nb.png', kind=draft.kind)

    assert response["Content-Disposition"].startswith("attachment;")
    assert "\n" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(response.streaming_content) == PNG
