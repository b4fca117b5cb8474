import gzip
import hashlib
import io
import os
import stat
import zipfile

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from incidents.models import CustodyEvent, Evidence
from incidents.services import evidence
from incidents.terms import EntryKind
from tests.factories import make_incident, make_user
from tests.incidents.conftest import PNG

pytestmark = pytest.mark.django_db


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.txt", "a")
    return out.getvalue()


@pytest.fixture
def seal(olga, upload):
    incident = make_incident(by=olga)

    def act(name="log.txt", content=b"203.0.113.7 signed in\n", **values):
        values = {"incident": incident, "taken_from": "web server log", "by": olga, **values}
        return evidence.seal(values.pop("incident"), file=upload(name, content), name=name, **values)

    act.incident = incident
    return act


def test_the_hash_is_of_the_bytes_and_the_file_is_kept_unchanged(seal):
    content = archive() + os.urandom(200_000)

    item = seal("dump.zip", content)

    item.refresh_from_db()
    with item.file.open("rb") as file:
        assert file.read() == content
    assert item.sha256 == hashlib.sha256(content).hexdigest()
    assert (item.size, item.kind) == (len(content), "application/zip")
    assert evidence.is_whole(item)


def test_a_file_is_sealed_on_arrival(seal, olga, audited):
    item = seal()

    [event] = item.custody.all()
    assert (event.what, event.by) == (CustodyEvent.What.SEALED, olga)
    entry = seal.incident.timelineentry_set.get(kind=EntryKind.EVIDENCE)
    assert entry.evidence == item
    assert item.sha256 in audited("evidence.added")[-1].changes


def test_the_file_lies_read_only_under_a_random_name(seal):
    item = seal("../../etc/passwd.txt")

    assert item.name == "passwd.txt"
    assert "passwd" not in item.file.name
    assert stat.S_IMODE(os.stat(item.file.path).st_mode) == 0o400


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("shot.png", PNG, "image/png"),
        ("SHOT.PNG", PNG, "image/png"),
        ("a.zip", archive(), "application/zip"),
        ("a.gz", gzip.compress(b"a"), "application/gzip"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf"),
        ("a.log", "сообщение\n".encode("cp1251"), "text/plain"),
        ("a.eml", b"From: a@b.example\nSubject: x\n\nBody\n", "text/plain"),
    ],
)
def test_kinds_that_are_taken(seal, name, content, kind):
    assert seal(name, content).kind == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("a.png", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("a.txt", b"\x7fELF\x02\x01\x01\x00"),
        ("a.html", b"<html><script>alert(1)</script></html>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.pdf", PNG),
        ("a.txt", PNG),
        ("noending", b"text\n"),
        ("a.png.exe", PNG),
    ],
)
def test_kinds_that_are_refused_by_content_or_name(seal, name, content):
    with pytest.raises(ValidationError) as error:
        seal(name, content)

    assert error.value.code == "file_kind"
    assert not Evidence.objects.exists()


def test_an_empty_file_is_no_evidence(seal):
    with pytest.raises(ValidationError) as error:
        seal("a.txt", b"")

    assert error.value.code == "file_empty"


@pytest.mark.parametrize(("size", "is_taken"), [(100, True), (101, False)])
def test_the_limit_of_size_is_exact(seal, settings, size, is_taken):
    settings.UPLOAD_MAX_BYTES = 100

    if is_taken:
        assert seal("a.txt", b"x" * size).size == size
    else:
        with pytest.raises(ValidationError) as error:
            seal("a.txt", b"x" * size)
        assert error.value.code == "file_too_large"


def test_the_same_content_is_taken_once_an_incident(seal, olga):
    seal("first.txt")

    with pytest.raises(ValidationError) as error:
        seal("second.txt")

    assert error.value.messages == ["This file is in evidence already, as number 1."]
    assert seal("other.txt", incident=make_incident(by=olga)).number == 1


def test_the_database_holds_a_content_once(seal):
    one, two = seal(), seal("b.txt", b"other\n")

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=two.pk).update(sha256=one.sha256)


def test_it_says_where_it_was_taken_from(seal):
    with pytest.raises(ValidationError):
        seal(taken_from="")


def test_every_download_stands_on_the_custody_list(seal, rita, audited):
    item = seal()

    evidence.note_download(item, by=rita)

    assert [(event.what, event.by) for event in item.custody.all()][-1] == ("downloaded", rita)
    assert len(audited("evidence.downloaded")) == 1


def test_a_changed_or_missing_file_is_seen(seal):
    changed, missing = seal(), seal("b.txt", b"other\n")
    os.chmod(changed.file.path, 0o600)
    with open(changed.file.path, "r+b") as file:
        file.write(b"4")
    os.unlink(missing.file.path)

    assert not evidence.is_whole(changed)
    assert not evidence.is_whole(missing)


@pytest.mark.parametrize("role", Role)
def test_evidence_is_added_by_those_who_work_on_it(role, seal):
    person = make_user(role)

    if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
        seal(by=person)
    else:
        with pytest.raises(PermissionDenied):
            seal(by=person)
