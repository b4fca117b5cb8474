"""Rules of the house that no linter knows: each is one test, and each refusal names the place."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template import TemplateDoesNotExist
from django.template.base import Lexer, TokenType
from django.template.defaulttags import URLNode
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import Role
from audit import events
from tests import factories

ROOT: Path = settings.BASE_DIR
WINGS = ("core", "audit", "outbox", "accounts", "customers", "incidents", "notifications", "dashboard", "config")
TEMPLATES = ROOT / "templates"
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__", "staticfiles"}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    files = [file for wing in WINGS for file in sorted((ROOT / wing).rglob("*.py")) if "migrations" not in file.parts]
    return [(str(file.relative_to(ROOT)), ast.parse(file.read_text())) for file in files]


@cache
def templates() -> list[tuple[str, str]]:
    files = sorted(file for ending in ("html", "txt") for file in TEMPLATES.rglob(f"*.{ending}"))
    return [(str(file.relative_to(TEMPLATES)), file.read_text()) for file in files]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods by their last name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node


# --- Python --------------------------------------------------------------------------------------


def test_imports_stand_at_the_top():
    found = [
        f"{file}:{node.lineno}"
        for file, tree in sources()
        for function in functions(tree)
        if function.name != "ready"  # apps.py: models are loaded by then
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert found == []


def test_one_place_knows_what_time_it_is():
    forbidden = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")}
    forbidden |= {("date", "today"), ("timezone", "localtime"), ("timezone", "localdate")}

    found = [
        f"{file}:{node.lineno}"
        for file, tree in sources()
        if file != "core/clock.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in forbidden
    ]

    assert found == []


def test_every_event_is_recorded_somewhere_and_every_recorded_one_exists():
    names = {name: event for name, event in vars(events).items() if isinstance(event, str) and event in events.LABELS}
    used = {
        node.attr
        for file, tree in sources()
        if file != "audit/events.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "events"
    }

    assert sorted(set(names) - used) == []
    assert sorted(used - set(names)) == []
    assert len(names) == len(events.LABELS)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", event) for event in names.values())


# In these the person is the subject, or nobody is signed in yet.
ABOUT_ONESELF = {
    "accounts/services/sign_in.py",
    "accounts/services/factors.py",
    "accounts/services/people.py:invite_first_officer",
    "accounts/services/people.py:join",
    "accounts/services/people.py:ask_for_password",
    # The clock has no hands: a server's answer is noted by the system.
    "notifications/services/letters.py:note_acceptance",
}


def test_a_service_that_records_says_by_whom():
    found = []
    for file, tree in sources():
        if "/services/" not in file or file in ABOUT_ONESELF:
            continue
        for function in functions(tree):
            has_by = any(argument.arg == "by" for argument in function.args.kwonlyargs)
            if any(calls(function, "record")) and not has_by and f"{file}:{function.name}" not in ABOUT_ONESELF:
                found.append(f"{file}:{function.lineno} {function.name}")

    assert found == []


def test_by_is_always_given_by_name():
    found = [
        f"{file}:{function.lineno} {function.name}"
        for file, tree in sources()
        if "/services/" in file
        for function in functions(tree)
        if any(argument.arg == "by" for argument in [*function.args.posonlyargs, *function.args.args])
    ]

    assert found == []


def test_a_service_that_records_writes_in_one_transaction():
    """A public service that records is atomic itself; a private one is called from an atomic one."""
    found = [
        f"{file}:{function.lineno} {function.name}"
        for file, tree in sources()
        if "/services/" in file and file not in {"accounts/services/sign_in.py"} and not file.startswith("audit/")
        for function in functions(tree)
        if any(calls(function, "record"))
        and not function.name.startswith("_")
        and "transaction.atomic" not in ast.unparse(function)
        and "in their transaction" not in (ast.get_docstring(function) or "").lower()
    ]

    # A refused code must stay counted, whatever becomes of the decision.
    assert [place.split()[1] for place in found if place.startswith("accounts/services/factors.py")] == ["confirm"]
    assert [place for place in found if not place.startswith("accounts/services/factors.py")] == []


def test_translated_sentences_are_whole():
    """No f-string, no gluing and no formatting inside the call: a translator sees the sentence."""
    found = [
        f"{file}:{call.lineno}"
        for file, tree in sources()
        for call in calls(tree, "_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy")
        for argument in call.args[: 2 if "ngettext" in ast.unparse(call.func) else 1]
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str))
        and ast.unparse(call.func) not in {"translation.gettext"}
    ]

    assert found == []


def test_placeholders_of_sentences_have_names():
    found = [
        f"{file}:{call.lineno} {argument.value}"
        for file, tree in sources()
        for call in calls(tree, "_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy")
        for argument in call.args
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and re.search(r"%[sd]|\{\}", argument.value)
    ]

    assert found == []


LARGE_ROOMS = {"incidents/forms.py"}  # one thought: every form of a case, a dozen lines each


def test_files_and_templates_fit_into_a_head():
    long_files = {
        f"{file} {len(lines)}"
        for wing in WINGS
        for path in (ROOT / wing).rglob("*.py")
        if "migrations" not in path.parts
        for file, lines in [(str(path.relative_to(ROOT)), path.read_text().splitlines())]
        if len(lines) > 400
    }
    long_templates = {name for name, source in templates() if len(source.splitlines()) > 120}

    assert {place.split()[0] for place in long_files} <= LARGE_ROOMS, long_files
    assert long_templates == set()
    assert len((ROOT / "static/js/app.js").read_text().splitlines()) < 150


def test_what_may_be_null_may_be_left_open():
    """`full_clean()` refuses None for a field without `blank`, whatever the database allows."""
    found = [
        f"{model.__name__}.{field.name}"
        for label in ("incidents", "notifications")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if field.null and field.editable and not field.blank
    ]

    assert found == []


@pytest.mark.django_db
def test_migrations_are_complete():
    out = io.StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=out)

    assert "No changes detected" in out.getvalue()


# --- templates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, _source in templates()])
def test_a_template_can_be_read_and_leads_somewhere(name):
    """It compiles, what it includes and extends exists, and every address it names has a page."""
    nodes = get_template(name).template.nodelist  # type: ignore[attr-defined]

    for node in nodes.get_nodes_by_type(URLNode):
        view = node.view_name.var
        assert not isinstance(view, str) or view in url_names(), f"{name}: {view}"
    for kind, part in ((IncludeNode, "template"), (ExtendsNode, "parent_name")):
        for node in nodes.get_nodes_by_type(kind):
            target = getattr(node, part).var
            if isinstance(target, str):
                get_template(target)


def test_every_template_that_code_names_exists():
    missing = []
    for file, tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if re.fullmatch(r"\w[\w/-]*\.html", node.value):
                try:
                    get_template(node.value)
                except TemplateDoesNotExist:
                    missing.append(f"{file}:{node.lineno} {node.value}")
            if re.fullmatch(r"\w[\w/-]*\.typ", node.value) and not (TEMPLATES / node.value).is_file():
                missing.append(f"{file}:{node.lineno} {node.value}")

    assert missing == []


def test_every_mail_has_its_three_parts():
    for folder in filter(Path.is_dir, (TEMPLATES / "emails").iterdir()):
        parts = {"body.txt", "body.html"}
        if folder.name != "notice":  # its subject is written and approved by people
            parts.add("subject.txt")
        assert parts <= {file.name for file in folder.iterdir()}, folder.name


def test_pages_have_no_inline_style_or_script():
    """The content policy refuses them; mails, which have no policy, may have styles."""
    forbidden = re.compile(
        r"""<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*["']|javascript:|\|\s*safe\b|autoescape\s+off""",
        re.IGNORECASE,
    )

    found = [
        f"{name}: {match[0]!r}"
        for name, source in templates()
        if not name.startswith("emails/") and name.endswith(".html")
        for match in forbidden.finditer(source)
    ]

    assert found == []


ATTRIBUTES = re.compile(r"""\b(?:title|alt|placeholder|aria-label)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[^\W\d_]{2,}")
# What nobody reads as a word: comments, code, drawings, styles, {fields}, entities, and blocks of CSS classes.
NO_WORDS = re.compile(
    r"<!--.*?-->|<(svg|code|style)\b.*?</\1>|\{[a-z_]+\}|&\w+;|\x01.*?\x02", re.DOTALL | re.IGNORECASE
)
SAME_EVERYWHERE = {"Hodisa", "INC", "Message-ID", "PDF", "SHA", "pdf"}


MARKS = {"css": "\x01", "end": "\x02"}


def untranslated(source: str) -> Iterator[str]:
    """The text of a template outside of its tags, where a translator never looks."""
    is_translated = False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            yield "" if is_translated else token.contents
            continue
        if token.contents.startswith(("blocktrans", "endblocktrans")):
            is_translated = token.contents.startswith("blocktrans")
        if re.fullmatch(r"block \w*(css|wide|kind)", token.contents):
            yield MARKS["css"]
        else:
            yield MARKS["end"] if token.contents.startswith("endblock") else "\0"


def naive_words(source: str) -> Iterator[str]:
    text = NO_WORDS.sub(" ", "".join(untranslated(source)))
    text = re.sub(r"\b({})\b".format("|".join(SAME_EVERYWHERE)), " ", text)
    for values in ATTRIBUTES.findall(text):
        yield from (word for value in values for word in WORD.findall(value))
    yield from WORD.findall(re.sub(r"<[^>]*>", " ", text))


def test_a_word_outside_of_its_tag_is_found():
    """The rule below would hold for any page if nothing were ever found."""
    page = (
        '<p title="Hello">{% translate "Fine" %} Some {{ x }} naive {% if y %}words{% endif %}</p><code>not me</code>'
    )

    assert list(naive_words(page)) == ["Hello", "Some", "naive", "words"]


def test_every_word_of_a_page_can_be_translated():
    # Words that a lawyer reads whole, one file a language; the gallery for developers; languages in
    # their own names.
    elsewhere = ("notices/", "letters/", "ui/", "partials/languages.html")

    found = {
        f"{name}: {word}"
        for name, source in templates()
        if not name.startswith(elsewhere)
        for word in naive_words(source)
    }

    assert sorted(found) == []


# --- addresses -----------------------------------------------------------------------------------

OPEN_TO_ALL = {
    "sign_in",
    "language",
    "join",
    "forgotten",
    "password_sent",
    "new_password",
    "healthz",
    "readyz",
    "alarmz",
    "mailbox",
    "mailbox_mail",
    "mailbox_body",
    "mailbox_file",
}
OPEN_AFTER_PASSWORD = {"code", "recovery", "sign_out", "set_up_app"}
SAMPLES = {
    "NumberConverter": 7,
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
    "SlugConverter": "x",
    "StringConverter": "x",
}


@cache
def url_names() -> dict[str, str]:
    """Every address by name, filled with names of things that do not exist."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern

    found: dict[str, str] = {}
    for pattern in walk(get_resolver().url_patterns):
        values = {name: SAMPLES[type(kind).__name__] for name, kind in pattern.pattern.converters.items()}
        assert pattern.name, f"{pattern} has no name"
        assert pattern.name not in found, f"two addresses are named {pattern.name}"
        found[pattern.name] = reverse(pattern.name, kwargs=values)
    return found


def test_every_address_refuses_an_anonymous_visitor(visitor, db):
    for name, path in url_names().items():
        for send in (visitor.get, visitor.post):
            answer = send(path)
            if name in OPEN_TO_ALL:
                assert not answer.headers.get("Location", "").startswith("/sign-in/?next"), name
            else:
                assert (answer.status_code, answer.headers.get("Location", "")[:15]) == (302, "/sign-in/?next="), name


@pytest.mark.parametrize("has_factor", [True, False])
def test_every_address_refuses_a_visitor_without_the_second_factor(half_way, db, has_factor):
    person = factories.make_user(*Role, has_factor=has_factor)
    client = half_way(person)
    to = "/sign-in/code/?next=" if has_factor else "/2fa/set-up/app/?next="

    for name, path in url_names().items():
        if name in OPEN_TO_ALL | OPEN_AFTER_PASSWORD:
            continue
        for send in (client.get, client.post):
            answer = send(path)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(to), name


def test_every_list_of_open_addresses_is_true():
    assert set(url_names()) >= OPEN_TO_ALL | OPEN_AFTER_PASSWORD


@pytest.mark.parametrize("roles", [tuple(Role), (Role.STAFF,)], ids=["everything", "staff"])
def test_what_does_not_exist_is_not_found_and_breaks_nothing(client_of, db, roles):
    client = client_of(factories.make_user(*roles))

    for name, path in url_names().items():
        if name == "sign_out":
            continue
        for send in (client.get, client.post):
            assert send(path).status_code < 500 or name == "alarmz", name


# Traces of a visit, and the one page that must keep what it shows: the seed behind a QR code.
VISITS = {"Session", "User", "AuditEntry", "Authenticator"}


def rows_of_everything() -> dict[str, list[object]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model.__name__ not in VISITS
    }


@pytest.mark.parametrize("roles", [(Role.OFFICER, Role.ADMINISTRATOR), (Role.RESPONDER,)], ids=["officer", "responder"])
def test_looking_changes_nothing(client_of, db, roles):
    """Every page of a real case opens or refuses, and no row differs afterwards."""
    person = factories.make_user(*roles)
    officer = factories.make_user(Role.OFFICER)
    incident = factories.make_contained_incident(by=officer, lead=person)
    customer = factories.make_customer(by=officer)
    factories.make_contact(customer, by=officer)
    factories.make_affected(incident, customer, by=officer)
    client, before, opened = client_of(person), rows_of_everything(), set()

    for name, path in url_names().items():
        real = path.replace("/incidents/x/", f"/incidents/{incident.ref}/").replace("/7/", "/1/")
        answer = client.get(real.replace("/customers/x/", f"/customers/{customer.ref}/"))
        assert answer.status_code < 500 or name == "alarmz", name
        opened |= {name} if answer.status_code == 200 else set()

    assert {"dashboard", "incident", "profile"} <= opened
    assert len(opened) > 30
    assert rows_of_everything() == before


def test_every_address_says_which_methods_it_takes(client_of, db):
    client = client_of(factories.make_user(*Role))

    assert [name for name, path in url_names().items() if client.put(path).status_code != 405] == []


# --- the whole tree ------------------------------------------------------------------------------


@cache
def texts() -> list[tuple[str, str]]:
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = set(path.relative_to(ROOT).parts)
        if parts & NOT_OURS or any(part.startswith(".") and part.endswith("_cache") for part in parts):
            continue
        if path.is_file() and ".hypothesis" not in parts and path.suffix not in {".mo", ".png", ".pyc", ".woff2"}:
            try:
                found.append((str(path.relative_to(ROOT)), path.read_text()))
            except UnicodeDecodeError:
                continue
    return found


def test_nothing_names_a_machine_of_its_makers():
    # Written apart, so that this file does not find itself.
    forbidden = re.compile("|".join([r"(?<![\w.])/" + r"work/\w", "/tmp" + "/lab", r"(?<![\w.])/" + r"root/\w"]))

    found = [f"{file}: {match[0]}" for file, text in texts() for match in forbidden.finditer(text)]

    assert found == []


def test_nothing_was_left_half_merged():
    marks = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)

    assert [file for file, text in texts() if marks.search(text)] == []


def test_the_locks_hold_hashes_and_no_addresses():
    for name in ("app", "dev"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "http" not in lock
        assert "--hash=sha256:" in lock
