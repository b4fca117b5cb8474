"""The built-in tasks of each kind; those marked are needed to close (policy 4.1, 4.2)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.terms import Kind

_EVERY: list[tuple["str | Promise", bool]] = [
    (_("Find out when it began and how"), True),
    (_("List the systems and data that were touched"), True),
    (_("Keep the logs of the time before and after as evidence"), True),
    (_("Look for the same signs on other systems"), False),
]

_BY_KIND: dict[Kind, list[tuple["str | Promise", bool]]] = {
    Kind.ACCOUNT: [
        (_("End every session of the account and change its password"), True),
        (_("Read what the account did since the first strange sign-in"), True),
        (_("Check mail rules, tokens and second factors of the account"), False),
    ],
    Kind.PHISHING: [
        (_("Find everybody who got the message and who followed it"), True),
        (_("Remove the message from all mailboxes"), False),
        (_("Report the address to its host"), False),
    ],
    Kind.EXPOSURE: [
        (_("Count the people and kinds of data"), True),
        (_("Close the way by which the data left"), True),
        (_("Ask whoever got the data to delete it, in writing"), False),
    ],
    Kind.INTRUSION: [
        (_("Find the way in and close it"), True),
        (_("Look for accounts, keys and programs left behind"), True),
        (_("Change the secrets that could be read"), True),
    ],
    Kind.MALWARE: [
        (_("Take the device off the network and keep it switched on"), True),
        (_("Find out how the program came in"), True),
        (_("Rebuild the device from a clean image"), False),
    ],
    Kind.DEFACEMENT: [
        (_("Save the changed page as evidence, then restore it"), True),
        (_("Find the way in and close it"), True),
    ],
    Kind.OVERLOAD: [
        (_("Ask the provider to filter"), False),
        (_("Note when the service was away and came back"), True),
    ],
    Kind.DEVICE: [
        (_("Lock or wipe the device from afar"), True),
        (_("End the sessions and change the passwords used on it"), True),
        (_("List the data that was on it, and whether it was encrypted"), True),
    ],
    Kind.FAILURE: [
        (_("Bring the service back and note how"), True),
        (_("Check the last backup"), True),
    ],
}


def tasks_for(kind: Kind) -> list[tuple["str | Promise", bool]]:
    """Titles of the built-in tasks, each with whether it is needed to close."""
    return [*_BY_KIND.get(kind, []), *_EVERY]
