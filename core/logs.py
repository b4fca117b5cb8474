"""One event, one line: a newline in a logged value cannot forge a second entry."""

import logging
import re

from core.context import current

# Whoever reads the log must not be able to use a link that was mailed.
_LINK = re.compile(r"(/invitation/|/password/new/[^/\s]+/)[^/\s]+")


class LineFormatter(logging.Formatter):
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = _LINK.sub(r"\1***", super().format(record))
        line = line.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")
        request_id = current.get().request_id
        return f"{line} request={request_id}" if request_id else line
