"""The database's own refusal to change or remove an audit entry, on SQLite and PostgreSQL."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_auditentry"

_SQLITE = {
    "audit_refuse_update": (
        f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed'); END"
    ),
    "audit_refuse_delete": (
        f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, 'audit entries cannot be removed'); END"
    ),
    # INSERT OR REPLACE deletes the old row without firing the delete trigger.
    "audit_refuse_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE seq = NEW.seq)"  # noqa: S608 - the name is ours
        " BEGIN SELECT RAISE(ABORT, 'audit entries cannot be replaced'); END"
    ),
}
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries cannot be changed or removed';
END $$
"""
_POSTGRESQL = {
    "audit_refuse_row": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_refuse_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew. Does nothing while the table does not exist yet."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":
            for name, body in _SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")
        else:
            cursor.execute(_POSTGRESQL_FUNCTION)
            for name, body in _POSTGRESQL.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that should be there and are not."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            wanted = set(_SQLITE)
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D'", [TABLE])
            wanted = set(_POSTGRESQL)
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
