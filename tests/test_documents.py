"""What the documents say of names, files and tables is so."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from accounts.roles import TABLE, Right, Role
from notifications.card import FIELDS, GROUPS, fields_of
from notifications.terms import Phase

ROOT = Path(settings.BASE_DIR)
ROOMS = ["core", "audit", "outbox", "accounts", "customers", "incidents", "notifications", "dashboard"]
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(path: Path) -> list[list[str]]:
    """Cells of every table row of a document."""
    lines = [line for line in path.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@each_document
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        name, _sep, anchor = target.partition("#")
        if name.startswith("https://"):
            continue
        there = (path.parent / name).resolve() if name else path
        if there.parent == ROOT / "docs" / "screenshots" and not there.parent.exists():
            continue  # `make screenshots` was not run here
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@each_document
def test_every_make_target_exists(path):
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    named = re.findall(r"(?:`|^|[A-Z]=\S+ )make ([a-z][a-z0-9-]*)", path.read_text(), flags=re.MULTILINE)

    assert set(named) <= targets


@each_document
def test_every_management_command_exists(path):
    assert set(re.findall(r"manage\.py ([a-z_]+)", path.read_text())) <= set(get_commands())


@each_document
def test_every_file_exists(path):
    for name in re.findall(r"`([a-z_]+/[\w./]+\.(?:py|txt|html|md|typ))\b", path.read_text()):
        assert (ROOT / name).is_file() or name.endswith("test_actions.py"), name


def test_the_operators_guide_lists_our_commands():
    ours = {name for name, room in get_commands().items() if room in ROOMS}

    listed = {row[0].strip("`") for row in rows(ROOT / "docs" / "operator.md") if row[0].strip("`") in get_commands()}

    assert listed == ours


def test_the_table_of_imports_is_that_of_the_code():
    told = {}
    for row in rows(ROOT / "ARCHITECTURE.md"):
        if row[0] in ROOMS and len(row) == 2:
            told[row[0]] = set(row[1].split(", ")) - {"–"}
    told["dashboard"] = set(ROOMS) - {"dashboard"}

    assert told == {room: imported_by(room) for room in ROOMS}


def imported_by(room: str) -> set[str]:
    found = set()
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found |= {name.partition(".")[0] for name in names}
    return (found & set(ROOMS)) - {room}


def test_every_constraint_that_the_architecture_names_exists():
    known = {c.name for model in apps.get_models() for c in model._meta.constraints}
    kept_by = [row[1] for row in rows(ROOT / "ARCHITECTURE.md") if "constraint" in row[-1]]

    named = {name for cell in kept_by for name in re.findall(r"`([a-z]+(?:_[a-z]+){2,})`", cell)}

    assert "notice_author_is_not_approver" in named
    assert named <= known


def test_the_table_of_rights_is_that_of_the_code():
    told = {row[0]: row[1:] for row in rows(ROOT / "docs" / "user-guide.md") if len(row) == 1 + len(Role)}

    for right in Right:
        assert told[right.value] == ["●" if role in TABLE[right] else "" for role in Role], right.value


def test_the_page_of_the_incident_card_is_that_of_the_code():
    told = [
        (row[0], row[1], row[2].strip("`"), row[4] == "yes")
        for row in rows(ROOT / "docs" / "incident-card.md")
        if row[2].startswith("`")
    ]
    numbers = {phase: [f.key for group in GROUPS for f in fields_of(phase, group)] for phase in Phase}

    def number(phase: Phase, key: str) -> str:
        return str(numbers[phase].index(key) + 1) if key in numbers[phase] else "–"

    assert told == [
        (number(Phase.INITIAL, f.key), number(Phase.FINAL, f.key), f.key, f.is_required)
        for group in GROUPS
        for f in FIELDS
        if f.group == group
    ]


def test_decisions_are_numbered_and_listed():
    files = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    index = (ROOT / "docs" / "adr" / "README.md").read_text()

    for number, path in enumerate(files, start=1):
        assert path.name.startswith(f"{number:04d}-")
        assert path.read_text().startswith(f"# {number}. ")
        assert f"({path.name})" in index
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in path.read_text()
