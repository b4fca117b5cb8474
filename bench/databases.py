"""A system on each database, with people and notices, in a directory of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from bench import tables
from tests.e2e.system import ROOT, System
from tests.run import SERVER

NAME = "hodisa_bench"
KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def system(kind: str, **environment: str) -> Iterator[System]:
    """Not started yet. A running PostgreSQL is needed for that kind (TEST_POSTGRES names it)."""
    with TemporaryDirectory(prefix="hodisa-bench-") as folder:
        if kind == "SQLite":
            yield System(Path(folder), has_mailbox=False, **environment)
            return
        _admin(f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}")
        environment |= {
            "DATABASE_URL": f"{_server()}/{NAME}",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": Fernet.generate_key().decode(),
        }
        try:
            yield System(Path(folder), has_mailbox=False, **environment)
        finally:
            _admin(f"DROP DATABASE {NAME} WITH (FORCE)")


def output(system: System, *arguments: str) -> str:
    """What a module of ours prints when it runs on the data of a system."""
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=system.environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def run(system: System, *arguments: str) -> Any:
    """The same, read as JSON."""
    return json.loads(output(system, *arguments))


def versions() -> list[str]:
    with psycopg.connect(f"{_server()}/postgres") as line:
        return [tables.sqlite(), f"PostgreSQL {line.info.parameter_status('server_version')}"]


def _server() -> str:
    return os.environ.get("TEST_POSTGRES", SERVER).rsplit("/", 1)[0]


def _admin(*statements: str) -> None:
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as line:
        for statement in statements:
            line.execute(statement)
