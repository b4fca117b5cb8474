"""Reports a second by the service, beside an audit entry alone and a bare insert-and-commit."""

from bench import databases, tables

COUNT = 300


def measure() -> None:
    rows = []
    for kind in databases.KINDS:
        with databases.system(kind) as system:
            databases.run(system, "tests.stage", "fill", "--recipients", "0", "--waiting", "0", "--staff", "1")
            found = databases.run(system, "bench.inside", "reports", str(COUNT))
        rows.append([kind, *(f"{found[name]:.0f}" for name in ("report", "audit", "bare"))])
    tables.write(
        "reports",
        "Reports filed and audit entries written, a second",
        f"One process, {COUNT} of each by turns, every one committed to disk. A report writes its row, its"
        " number, an entry of the timeline and an entry of the audit trail. The limit is one bare row with its commit.",
        tables.table(["", "reports", "audit entries alone", "limit: bare rows"], rows),
        databases=databases.versions(),
    )
