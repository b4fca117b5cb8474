"""What a service may answer besides yes.

django.core.exceptions.ValidationError    the values are refused, with words for the person
django.core.exceptions.PermissionDenied   the person is refused (403 names who may)
Conflict                                  somebody was faster (409 shows both versions)
"""


class Conflict(Exception):
    """The row changed since the person read it; nothing was written."""
