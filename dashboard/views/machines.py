"""Addresses for machines: alive, ready, alarms."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.doors import open_to_all
from dashboard import selectors


def _plain(body: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body + "\n", content_type="text/plain; charset=utf-8", status=status)


@open_to_all
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    return _plain("ok")


@open_to_all
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and every migration is applied."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _plain("database does not answer", status=503)
    return _plain("migrations are missing", status=503) if plan else _plain("ok")


@open_to_all
@require_GET
def alarmz(request: HttpRequest) -> HttpResponse:
    """For monitoring, never for a proxy: 503 with the reasons while something needs a person."""
    try:
        reasons = selectors.alarms()
    except DatabaseError:
        reasons = ["database does not answer"]
    return _plain("\n".join(reasons), status=503) if reasons else _plain("ok")
