"""Weight, queries and time of the pages that are used most, with few and with many incidents."""

import gzip
import re
import statistics
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import databases, tables
from tests.e2e.system import System
from tests.visitor import Visitor

SIZES = (20, 2_000)
TURNS = 60
OFFICER = "dilnoza@namuna.example"
TRIVIAL = "/healthz/"
AIMS = {"report form": "≤ 40 kB", "dashboard": "≤ 90 kB"}
_ASSET = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes over the wire; fonts and pictures are not counted."""

    html: int
    html_compressed: int
    css: int
    js: int


def measure() -> None:
    weights, times = [], []
    with TemporaryDirectory(prefix="hodisa-bench-") as folder:
        system = System(Path(folder))
        system.manage("seed_demo")
        system.start()
        try:
            session = databases.output(system, "tests.stage", "session", OFFICER)
            for size in SIZES:
                _fill(system, size)
                visitor, pages = Visitor(system.address, session), _pages(system)
                weights += [_weight_row(name, size, weigh(visitor, path)) for name, path in pages.items()]
                times += _time_rows(system, session, visitor, pages, size)
        finally:
            system.stop()
    tables.write(
        "pages",
        "Pages",
        "## Weight in kB",
        "As a browser gets them over HTTP with `Accept-Encoding: gzip, br`, without fonts and pictures. The product"
        " sends style sheets and scripts compressed and HTML as it is; a proxy in front of it may compress that too,"
        " which is the column “HTML, gzip”. The total is that of the product alone.",
        tables.table(["page", "incidents", "HTML", "HTML, gzip", "CSS", "JS", "total", "aim"], weights),
        "## Queries and time",
        f"Statements of the database for one page, and {TURNS} requests one after another. The limit is a page of the"
        f" same server that does nothing (`{TRIVIAL}`). Aim: 15 queries at most, the same with few and with many.",
        tables.table(["page", "incidents", "queries", "median, ms", "p95, ms", "limit: median, ms"], times),
        databases=[tables.sqlite()],
    )


def _fill(system: System, size: int) -> None:
    ((there,),) = system.query("SELECT count(*) FROM incidents_incident")
    system.manage("seed", "--incidents", str(size - there))


def _pages(system: System) -> dict[str, str]:
    """The newest notice that is being written, and its incident, which has a bit of everything."""
    ((notice, incident),) = system.query(
        "SELECT n.ref, i.ref FROM notifications_notice n JOIN incidents_incident i ON i.id = n.incident_id"
        " WHERE n.state = 'waiting' ORDER BY n.id DESC LIMIT 1"
    )
    return {
        "report form": "/incidents/new/",
        "dashboard": "/dashboard/",
        "list": "/incidents/?view=all",
        "workspace": f"/incidents/{incident}/",
        "composer": f"/notifications/{notice}/message/uz/",
    }


def weigh(visitor: Visitor, path: str) -> Weight:
    page = _fetch(visitor, path)
    assets = {url: len(_fetch(visitor, url)) for url in _ASSET.findall(page.decode())}
    return Weight(
        html=len(page),
        html_compressed=len(gzip.compress(page, compresslevel=6)),
        css=sum(size for url, size in assets.items() if ".css" in url),
        js=sum(size for url, size in assets.items() if ".js" in url),
    )


def _fetch(visitor: Visitor, path: str) -> bytes:
    answer = visitor.get(path, **{"Accept-Encoding": "gzip, br"})
    assert answer.status == 200, f"{path}: {answer.status}"
    return answer.body


def _weight_row(name: str, size: int, weight: Weight) -> list[str]:
    total = weight.html + weight.css + weight.js
    parts = (weight.html, weight.html_compressed, weight.css, weight.js, total)
    return [name, f"{size:,}", *(f"{part / 1000:.1f}" for part in parts), AIMS.get(name, "")]


def _time_rows(system: System, session: str, visitor: Visitor, pages: dict[str, str], size: int) -> list[list[str]]:
    counted = databases.run(system, "bench.inside", "queries", session, *pages.values())
    limit = statistics.median(_times(visitor, TRIVIAL))
    rows = []
    for name, path in pages.items():
        times = _times(visitor, path)
        p95 = statistics.quantiles(times, n=20)[-1]
        found = (statistics.median(times), p95, limit)
        rows.append([name, f"{size:,}", str(counted[path]), *(f"{1000 * each:.1f}" for each in found)])
    return rows


def _times(visitor: Visitor, path: str) -> list[float]:
    for _warming in range(3):
        visitor.get(path)
    return [visitor.get(path).seconds for _turn in range(TURNS)]
