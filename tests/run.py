"""The whole suite: on SQLite always, on PostgreSQL where a server can be reached. `make test`.

TEST_POSTGRES names the server (default: a local one, user postgres). REQUIRE_SERVICES=1 turns what
could not be covered into a failure.
"""

import os
import subprocess
import sys

import psycopg

SERVER = os.environ.get("TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/hodisa")


def main(arguments: list[str]) -> int:
    failed, uncovered = [], []
    if _pytest("SQLite", "", arguments):
        failed.append("SQLite")
    if problem := _unreachable(SERVER):
        uncovered.append(f"PostgreSQL ({problem})")
    elif _pytest("PostgreSQL", SERVER, arguments):
        failed.append("PostgreSQL")
    for name in uncovered:
        print(f"not covered: {name}")
    if failed:
        print(f"failed on {', '.join(failed)}")
    elif not uncovered:
        print("passed on SQLite and PostgreSQL")
    return bool(failed) or (bool(uncovered) and os.environ.get("REQUIRE_SERVICES") == "1")


def _pytest(name: str, database: str, arguments: list[str]) -> int:
    print(f"--- tests on {name}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile", *arguments]
    return subprocess.run(command, env={**os.environ, "TEST_DATABASE": database}, check=False).returncode


def _unreachable(server: str) -> str:
    """Why a server cannot be used, or nothing."""
    try:
        psycopg.connect(server.rsplit("/", 1)[0] + "/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as problem:
        return str(problem).strip().splitlines()[0]
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
