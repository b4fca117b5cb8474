"""The files of an installation agree with the settings, with Celery and with each other."""

import ast
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from config.celery import app

ROOT = Path(settings.BASE_DIR)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", "")
NOT_GIVEN_BY_COMPOSE = {"DATA_DIR", "DEBUG", "FIELD_KEYS_FILE", "PORT", "SECRET_KEY_FILE"}
OWN = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def variables_read() -> set[str]:
    """Names that config/settings.py asks the readers of the environment for."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        reader, name = ast.unparse(node.func), node.args[0]
        if reader.startswith(("env.", "environment.")) and isinstance(name, ast.Constant):
            found.add(str(name.value))
            if reader == "environment.secret":
                found.add(f"{name.value}_FILE")
    return found


def variables_explained() -> dict[str, str]:
    return dict(re.findall(r"^# ([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))


def variables_asked_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


# --- the environment ------------------------------------------------------------------------------


def test_every_variable_that_is_read_is_explained():
    assert variables_read() <= set(variables_explained())


def test_every_variable_that_is_explained_is_read():
    assert set(variables_explained()) <= variables_read() | variables_asked_by_compose()


def test_each_variable_is_explained_in_words_right_above_it():
    lines = (ROOT / ".env.example").read_text().splitlines()

    for number, line in enumerate(lines):
        if re.match(r"# [A-Z_]+=", line):
            assert re.match(r"# .*[a-z]", lines[number - 1]), line


def test_the_example_sets_nothing():
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_a_start_accepts_the_values_of_the_example(tmp_path):
    given = {name: value for name, value in variables_explained().items() if value} | {"DATA_DIR": str(tmp_path)}
    code = "import json; from config import settings as s; print(json.dumps([s.PORT, s.BASE_URL, s.ALLOWED_HOSTS]))"

    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [8000, "http://localhost:8000", ["localhost", "127.0.0.1", "[::1]"]]


# --- compose --------------------------------------------------------------------------------------


def test_compose_runs_every_part():
    assert set(OWN) == {"migrate", "web", "worker", "authority-worker", "beat"}
    assert set(COMPOSE["services"]) - set(OWN) == {"db", "redis", "mailpit"}
    assert COMPOSE["services"]["mailpit"]["profiles"] == ["trial"]


@pytest.mark.parametrize("name", OWN)
def test_compose_gives_each_part_every_variable_and_no_other(name):
    assert set(OWN[name]["environment"]) == variables_read() - NOT_GIVEN_BY_COMPOSE


def test_what_compose_asks_for_is_explained():
    assert variables_asked_by_compose() <= set(variables_explained())


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()

    for name in ("FIELD_KEYS", "POSTGRES_PASSWORD", "SECRET_KEY"):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_images_have_a_version(name):
    _image, _colon, tag = COMPOSE["services"][name]["image"].partition(":")

    assert re.match(r"v?\d", tag)


def test_our_image_carries_the_version_of_the_project():
    assert {service["image"] for service in OWN.values()} == {f"hodisa:{PROJECT['project']['version']}"}


def test_the_database_is_of_the_version_that_is_documented():
    assert COMPOSE["services"]["db"]["image"].startswith("postgres:15")
    assert "PostgreSQL 15" in (ROOT / "docs" / "operator.md").read_text()


def queues_served(service: dict[str, Any]) -> list[str]:
    command = service.get("command", [])
    return command[command.index("-Q") + 1].split(",") if "-Q" in command else []


def test_every_queue_has_one_kind_of_worker():
    used = {app.conf.task_default_queue, *(route["queue"] for route in app.conf.task_routes.values())}

    served = [queue for service in OWN.values() for queue in queues_served(service)]

    assert sorted(served) == sorted(used) == ["authority", "general"]


@pytest.mark.parametrize("name", OWN)
def test_each_command_exists(name):
    command = OWN[name].get("command") or last_instruction("CMD")

    match command:
        case ["python", "manage.py", verb, *_rest]:
            assert verb in get_commands()
        case ["celery", "-A", package, "worker" | "beat", *_rest]:
            assert import_module(package).celery_app is app
        case ["gunicorn", module, *_rest]:
            assert callable(import_module(module).application)
        case _:
            pytest.fail(f"unknown command {command}")


@pytest.mark.parametrize("name", OWN)
def test_our_containers_can_change_nothing_but_their_data(name):
    assert OWN[name]["read_only"] is True
    assert OWN[name]["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in OWN[name]["security_opt"]


def test_nothing_is_published_beyond_this_machine():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_volume_of_files_covers_the_storage_and_not_the_static_files():
    data = re.search(r"DATA_DIR=(\S+)", last_stage())
    assert data is not None
    storage = Path(settings.STORAGES["default"]["OPTIONS"]["location"]).relative_to(settings.DATA_DIR)
    static = Path(settings.STATIC_ROOT).relative_to(settings.DATA_DIR)

    for name in ("web", "worker"):
        assert OWN[name]["volumes"] == [f"files:{data[1]}/{storage}"]
    assert f" {data[1]}/{static}\n" in last_stage()
    assert static != storage


def test_only_the_web_server_is_asked_for_a_page():
    asked = {name for name, service in OWN.items() if not service.get("healthcheck", {}).get("disable")}

    assert asked == {"web"}


# --- the image ------------------------------------------------------------------------------------


def last_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def last_instruction(name: str) -> Any:
    found = re.findall(rf"^{name} .*?(\[.*\])$", last_stage(), flags=re.MULTILINE)
    return json.loads(found[-1])


def test_the_python_of_the_image_is_one_that_the_project_supports():
    bases = re.findall(r"^FROM python:([\d.]+)-slim-bookworm", DOCKERFILE, flags=re.MULTILINE)

    assert len(bases) == DOCKERFILE.count("FROM ")
    assert len(set(bases)) == 1
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(bases[0])


def test_packages_come_by_hash_and_as_wheels():
    assert re.search(r"COPY requirements/app.txt (\S+)\n.*pip install .*--require-hashes .*\1", DOCKERFILE, re.DOTALL)
    assert "--only-binary :all:" in DOCKERFILE


def test_static_files_and_catalogues_are_made_while_the_image_is_built():
    verbs = re.findall(r"manage\.py (\w+)", DOCKERFILE)

    assert verbs == ["compile_catalogues", "collectstatic"]
    assert set(verbs) <= set(get_commands())


def test_the_image_runs_without_root():
    user = re.findall(r"^USER (\w+)$", last_stage(), flags=re.MULTILINE)

    assert user == ["hodisa"]
    assert last_stage().index("USER hodisa") < last_stage().index("CMD [")


def test_no_key_made_while_building_reaches_the_image():
    copied = re.findall(r"COPY --from=build (\S+)", last_stage())

    assert "export DATA_DIR=/build/data" in DOCKERFILE
    assert [path for path in copied if path.startswith("/build")] == ["/build/data/static"]


def test_private_files_stay_out_of_the_build():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert {".*", "/var", "/tests"} <= set(ignored)  # `.*` holds .env, .git and .venv
    assert not [line for line in ignored if line.startswith("!")]


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (301, 1), (400, 1), (503, 1)])
def test_the_health_check_asks_by_the_public_name(status, expected):
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Host"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        _python, flag, code = last_instruction("HEALTHCHECK")
        assert code.count("8000") == 1
        code = code.replace("8000", str(server.server_port))
        environment = {**os.environ, "BASE_URL": "https://incidents.company.example"}

        result = subprocess.run([sys.executable, flag, code], env=environment, capture_output=True)

    assert seen == [("/healthz/", "incidents.company.example")]
    assert result.returncode == expected


# --- the locks ------------------------------------------------------------------------------------


def locked(name: str) -> dict[str, str]:
    """Package -> its whole entry."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return {canonicalize_name(re.split(r"[=\[ ]", entry)[0]): entry for entry in entries if entry.strip()}


@pytest.mark.parametrize("name", ["app", "dev"])
def test_locks_hold_versions_and_hashes_and_no_addresses(name):
    for package, entry in locked(name).items():
        assert re.match(r"\S+==[\w.!+]+ ", entry), package
        assert "--hash=sha256:" in entry, package
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links| @ ", text)


@pytest.mark.parametrize(("name", "groups"), [("app", []), ("dev", ["dev"])])
def test_locks_hold_what_the_project_asks_for(name, groups):
    asked = PROJECT["project"]["dependencies"] + [r for g in groups for r in PROJECT["dependency-groups"][g]]

    for requirement in map(Requirement, asked):
        entry = locked(name)[canonicalize_name(requirement.name)]
        version = re.search(r"==(\S+)", entry)
        assert version is not None
        assert requirement.specifier.contains(version[1]), f"{requirement}: {version[1]}"


def test_development_has_the_versions_that_run():
    def pins(name: str) -> dict[str, str]:
        return {package: entry.split(" ", 1)[0] for package, entry in locked(name).items()}

    assert pins("app").items() <= pins("dev").items()
