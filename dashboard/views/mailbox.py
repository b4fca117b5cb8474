"""The demo's mailbox: every mail that left, as it arrived at a real SMTP server. Only in a demo."""

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from accounts.doors import open_to_all
from core.pagination import page_of
from dashboard import mailbox


def _only_in_a_demo() -> None:
    if not settings.DEMO_MARKER.exists():
        raise Http404


def _mail(name: str) -> mailbox.Mail:
    found = mailbox.read(name)
    if found is None:
        raise Http404
    return found


@open_to_all
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    _only_in_a_demo()
    found = page_of(request, mailbox.names())
    mails = [mail for mail in map(mailbox.read, found.object_list) if mail]
    return render(request, "dashboard/mailbox/index.html", {"page": found, "mails": mails})


@open_to_all
@require_GET
def detail(request: HttpRequest, name: str) -> HttpResponse:
    _only_in_a_demo()
    return render(request, "dashboard/mailbox/detail.html", {"mail": _mail(name)})


@open_to_all
@require_GET
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # knows only views without arguments
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-top-navigation-by-user-activation"],
    }
)
def body(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for a sandboxed frame."""
    _only_in_a_demo()
    # Its links open in the whole window: our own pages refuse to be framed.
    return HttpResponse(_mail(name).html.replace("<head>", '<head><base target="_top">', 1))


@open_to_all
@require_GET
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    _only_in_a_demo()
    files = _mail(name).files
    if not 0 <= number < len(files):
        raise Http404
    response = HttpResponse(files[number].content, content_type=files[number].kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=files[number].name)
    return response
