"""The side bar as data: where it leads, who sees it, and what it counts."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right, may

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    name: str  # of the URL
    icon: str
    label: Words
    rights: frozenset[Right] = frozenset()  # any of them; none means everybody
    count: str = ""
    is_hot: bool = False
    heading: Words = ""


_SEES = frozenset({Right.SEE_ALL_INCIDENTS, Right.RESPOND})

ENTRIES: tuple[Entry, ...] = (
    Entry("dashboard", "gauge", _("Dashboard"), _SEES),
    Entry("incidents", "list", _("Incidents"), _SEES, count="open"),
    Entry("triage", "inbox", _("New reports"), frozenset({Right.TRIAGE}), count="triage", is_hot=True),
    Entry("approvals", "pen-line", _("Approvals"), frozenset({Right.APPROVE_NOTICE}), count="waiting", is_hot=True),
    Entry("notices", "mail", _("Notifications"), _SEES),
    Entry("letters", "landmark", _("Regulator"), _SEES),
    Entry("reports", "file-text", _("Reports"), _SEES),
    Entry("my_reports", "clipboard-list", _("My reports")),
    Entry("customers", "users", _("Customers"), frozenset({Right.READ_CUSTOMERS}), heading=_("Oversight")),
    Entry("clocks", "clock", _("Clocks"), _SEES),
    Entry("audit_log", "link", _("Audit log"), frozenset({Right.READ_AUDIT})),
    Entry("users", "user", _("Users and roles"), frozenset({Right.MANAGE_USERS}), heading=_("Administration")),
    Entry("settings", "sliders-horizontal", _("Settings"), frozenset({Right.MANAGE_SETTINGS, Right.MANAGE_RULES})),
)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one person sees it on one page."""

    url: str
    icon: str
    label: Words
    is_current: bool
    count: int
    is_hot: bool
    heading: Words


def items(user: User, *, path: str, counts: dict[str, int]) -> list[Item]:
    found: list[Item] = []
    heading: Words = ""
    for entry in ENTRIES:
        heading = entry.heading or heading
        if entry.rights and not any(may(user, right) for right in entry.rights):
            continue
        url = reverse(entry.name)
        count = counts.get(entry.count, 0)
        found.append(
            Item(url, entry.icon, entry.label, path.startswith(url), count, entry.is_hot and bool(count), heading)
        )
        heading = ""
    return found
