"""Fixtures of the tests about incidents.

ready           ready(by=olga) is an incident that can be closed: all eight conditions hold
upload          upload("log.txt", b"…") is a file as a browser sends it
draft_file      draft_file("log.txt", b"…", owner=…) is a file kept from an earlier try of a form
PNG             the bytes of a real picture
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core import files
from core.models import DraftFile
from incidents.models import Incident
from incidents.services import declarations, incidents, measures, reports, tasks
from incidents.terms import DeclarationKind
from tests.factories import make_reporting_incident

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360606060"
    "0000000500 01a5f645400000000049454e44ae426082".replace(" ", "")
)


@pytest.fixture
def upload() -> Callable[..., SimpleUploadedFile]:
    return lambda name="log.txt", content=b"203.0.113.7 signed in\n": SimpleUploadedFile(name, content)


@pytest.fixture
def draft_file(upload: Any, db: None) -> Callable[..., DraftFile]:
    def keep(name: str = "log.txt", content: bytes = b"203.0.113.7 signed in\n", *, owner: str) -> DraftFile:
        return files.keep(upload(name, content), owner=owner, allowed=files.EVIDENCE)

    return keep


@pytest.fixture
def ready(db: None) -> Callable[..., Incident]:
    def make(*, by: User, **values: Any) -> Incident:
        incident = make_reporting_incident(by=by, **values)
        facts = {
            "systems": "Mail panel",
            "is_happened_unknown": True,
            "noticed_at": incident.reported_at,
            "cause": "A password was reused",
            "consequences": "Two mailboxes were read",
        }
        incidents.change_facts(incident, version=incident.version, by=by, values=facts)
        for task in incident.task_set.all():
            tasks.finish(task, note="Done as written", by=by)
        measures.add(incident, title="Second factor for the panel", owner=by, due_on=date(2027, 1, 31), by=by)
        declarations.sign(
            incident,
            kind=DeclarationKind.CENTER_NOT_REQUIRED,
            reason="No personal data and no threat to the infrastructure",
            by=by,
        )
        report = reports.start(incident, language="en", by=by)
        reports.sign(report, version=report.version, by=by)
        incident.refresh_from_db()
        return incident

    return make
