"""Measurements, one table each, into bench/results/. `make bench`, or `python -m bench pages` for one of them."""

import sys

from bench import notice, pages, reports, start

MEASUREMENTS = {"start": start.measure, "pages": pages.measure, "notice": notice.measure, "reports": reports.measure}

for name in sys.argv[1:] or MEASUREMENTS:
    MEASUREMENTS[name]()
