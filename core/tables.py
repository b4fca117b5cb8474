"""CSV in and out."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What begins a formula, also after what a spreadsheet may drop before it looks; East Asian ones take
# the wide signs too.
_FORMULA = re.compile(r"""[\s\ufeff"']*[=+\-@＝＋－＠]|[\t\r\n]""")


def cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def write(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with a byte-order mark, so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)  # a `;` or a tab in a value begins no cell anywhere
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def read(content: bytes, *, most_bytes: int, most_rows: int, most_columns: int = 40) -> list[list[str]]:
    """Rows of a UTF-8 CSV separated by `,` `;` or tab. Raises ValidationError in words.

    Size and shape are checked before the content is read whole.
    """
    if len(content) > most_bytes:
        raise ValidationError(
            _("The file is larger than %(limit)d kB. Split it.") % {"limit": most_bytes // 1024}, code="csv_size"
        )
    if b"\0" in content:
        raise ValidationError(_("The file is not a text table. Save it as CSV UTF-8."), code="csv_binary")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(_("The file is not in UTF-8. Save it as CSV UTF-8."), code="csv_encoding") from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            if len(row) > most_columns:
                raise ValidationError(_("The table has more than %(most)d columns.") % {"most": most_columns})
            if len(rows) > most_rows:
                raise ValidationError(
                    _("The table has more than %(most)d rows. Split it.") % {"most": most_rows}, code="csv_rows"
                )
            rows.append([value.strip() for value in row])
    except csv.Error:
        raise ValidationError(_("The table cannot be read: a quotation mark is not closed."), code="csv") from None
    return rows
