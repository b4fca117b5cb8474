"""The composer of customer notices, step by step."""

from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.models import Organisation
from accounts.roles import Right, may, require, who_may
from core.errors import Conflict
from core.pagination import page_of
from core.submissions import once
from core.templatetags.ui import language_name
from core.views import page
from incidents.obligations import ClockLine
from incidents.selectors import case as read_case
from incidents.views.common import fetch_case, frame
from notifications import mails, selectors, texts
from notifications.audience import Addressee, Audience, audience
from notifications.checks import Check, checks
from notifications.forms import ApproveForm, NoticeTextForm, ReturnForm, StartNoticeForm, SubmitNoticeForm
from notifications.models import Notice, NoticeText
from notifications.models.notices import hash_texts
from notifications.services import notices
from notifications.terms import LANGUAGES, NoticeKind, NoticeState
from notifications.views.steps import steps
from outbox.mime import fill
from outbox.services.queue import Text

# Readable in both themes; the style sheet of our pages does not reach into the frame.
_MARK = '<mark style="background:#faf0cb;color:#13222b">{}</mark>'


def fetch(request: Request, ref: str) -> Notice:
    rows = Notice.objects.visible_to(request.user).select_related(
        "incident", "batch", "started_by", "submitted_by", "approved_by", "returned_by"
    )
    return get_object_or_404(rows, ref=ref)


@require_GET
def index(request: Request) -> HttpResponse:
    found = page_of(request, selectors.notices(viewer=request.user))
    return render(request, "notifications/notices/index.html", {"page": found})


@require_http_methods(["GET", "POST"])
def of_incident(request: Request, ref: str) -> HttpResponse:
    """Notices of one incident, and the start of another."""
    case = fetch_case(request, ref)
    form = StartNoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            kind = NoticeKind(form.cleaned_data["kind"])
            return notices.start(case.incident, kind=kind, by=request.user).get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {
        **frame(case, "notifications"),
        "notices": selectors.notices(viewer=request.user).filter(incident=case.incident),
        "may_write": may(request.user, Right.WRITE_NOTICE) and case.incident.is_open,
    }
    return page(request, "notifications/notices/of_incident.html", context, form)


@require_GET
def detail(request: Request, ref: str) -> HttpResponse:
    """Leads to the step at which the notice stands."""
    notice = fetch(request, ref)
    match notice.state_term:
        case NoticeState.APPROVED:
            return redirect("notice_sending", ref)
        case NoticeState.WAITING:
            return redirect("notice_approval", ref)
        case NoticeState.CANCELLED:
            return redirect(notice.incident)
        case _:
            return redirect("notice_message", ref, _first_language(notice))


def _first_language(notice: Notice) -> str:
    """The language that most recipients read."""
    languages = audience(notice).languages.most_common(1)
    return languages[0][0] if languages else LANGUAGES[0]


def _context(request: Request, notice: Notice, current: str) -> dict[str, Any]:
    people, rows = audience(notice), list(notice.texts.all())
    results = _checks(notice, people, rows)
    unreviewed = texts.unreviewed(f"notice/{notice.kind}")
    return {
        "notice": notice,
        "incident": notice.incident,
        "line": running_clock(notice),
        "audience": people,
        "texts": {text.language: text for text in rows},
        "languages": [(code, people.languages[code], _missing(rows, code)) for code in LANGUAGES],
        "checks": results,
        "checks_met": sum(check.is_met for check in results),
        "unreviewed": unreviewed,
        "unread": [language_name(code) for code in unreviewed if people.languages[code]],
        "steps": steps(notice, people, rows, current=current),
        "may_write": may(request.user, Right.WRITE_NOTICE) and notice.state in {NoticeState.DRAFT, NoticeState.WAITING},
    }


def running_clock(notice: Notice) -> ClockLine | None:
    """The clock of telling customers, while it runs."""
    lines = read_case(notice.incident).clocks
    return next((line for line in lines if line.code == "customers" and line.is_running), None)


def _checks(notice: Notice, people: Audience, rows: list[NoticeText]) -> list[Check]:
    return checks(notice, people, rows, Organisation.current())


def _missing(rows: list[NoticeText], language: str) -> int:
    return next((len(text.empty_parts) for text in rows if text.language == language), 0)


@require_GET
def who(request: Request, ref: str) -> HttpResponse:
    """Who would get it, who needs a call, who was told before."""
    notice = fetch(request, ref)
    context = _context(request, notice, "audience")
    context["page"] = page_of(request, context["audience"].addressees)
    return render(request, "notifications/notices/audience.html", context)


@require_http_methods(["GET", "POST"])
def message(request: Request, ref: str, language: str) -> HttpResponse:
    """The parts in one language, beside what a recipient would read."""
    notice = fetch(request, ref)
    text = notice.texts.filter(language=language).first()
    if text is None:
        raise Http404
    form = NoticeTextForm(request.POST or None, initial={**NoticeTextForm.stored(text), "version": notice.version})
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            notices.write(notice, language=language, version=version, values=form.values(), by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            theirs = fetch(request, ref)
            saved = NoticeTextForm.stored(theirs.texts.get(language=language))
            return render(request, "conflict.html", form.against(saved, version=theirs.version), status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect("notice_message", ref, language)
    context = {**_context(request, notice, "message"), "language": language}
    context |= as_read(text, _sample(context["audience"], language))
    return page(request, "notifications/notices/message.html", context, form)


def _sample(people: Audience, language: str) -> Addressee | None:
    """The first recipient who reads a language."""
    return next((a for a in people.addressees if a.contact.language == language), None)


def as_read(text: NoticeText, addressee: Addressee | None) -> dict[str, Any]:
    """What one recipient reads; the fields stay open where nobody reads the language."""
    mail = _mail(text)
    return {"addressee": addressee, "mail": mails.filled(mail, _values(text.notice, addressee)) if addressee else mail}


def _values(notice: Notice, addressee: Addressee) -> dict[str, str]:
    return {**addressee.fields, "incident": notice.incident.ref}


@require_GET
def preview(request: Request, ref: str) -> HttpResponse:
    """Read it as any recipient, as HTML and as plain text; send a test to oneself."""
    notice = fetch(request, ref)
    context = _context(request, notice, "preview")
    people: Audience = context["audience"]
    chosen = request.GET.get("as", "")
    place = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 8 else 0
    addressee = people.addressees[min(place, len(people.addressees) - 1)] if people.addressees else None
    context |= {"place": place, "choices": list(enumerate(people.addressees[:100]))}
    if addressee:
        context |= as_read(context["texts"][addressee.contact.language], addressee)
    context["tests"] = notice.tests.select_related("sent_by")[:5]
    return render(request, "notifications/notices/preview.html", context)


def _mail(text: NoticeText) -> Text:
    return mails.render(text, incident=text.notice.incident, organisation=Organisation.current())


@require_GET
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # knows only views without arguments
    {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"], "sandbox": [""]}
)
def frame_of_mail(request: Request, ref: str, language: str) -> HttpResponse:
    """The HTML part alone, for the sandboxed frame of the preview: no script, no network.

    What is filled for the recipient is marked; without a choice it is the first who reads the language.
    """
    notice = fetch(request, ref)
    if language not in LANGUAGES:
        raise Http404
    people = audience(notice)
    chosen = request.GET.get("as", "")
    place = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 8 else -1
    is_chosen = 0 <= place < len(people.addressees)
    addressee = people.addressees[place] if is_chosen else _sample(people, language)
    values = _values(notice, addressee) if addressee else {}
    marked = {name: format_html(_MARK, value) for name, value in values.items()}
    return HttpResponse(fill(_mail(notice.texts.get(language=language)).html, marked))


@require_POST
def test(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    try:
        notices.send_test(notice, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        messages.success(
            request, _("The test is on its way to %(email)s, in four languages.") % {"email": request.user.email}
        )
    return redirect("notice_preview", ref)


@require_http_methods(["GET", "POST"])
def approval(request: Request, ref: str) -> HttpResponse:
    """For the author: send for approval. For another person: read, approve or return."""
    notice = fetch(request, ref)
    if notice.state in {NoticeState.APPROVED, NoticeState.CANCELLED}:
        return redirect(notice)
    if notice.is_draft:
        return _submit(request, notice)
    return _approve(request, notice)


def _submit(request: Request, notice: Notice) -> HttpResponse:
    form = SubmitNoticeForm(request.POST or None, initial={"version": notice.version})
    if request.method == "POST" and form.is_valid():
        try:
            notices.submit(notice, version=form.cleaned_data["version"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            form.add_error(None, _("Somebody changed the text meanwhile. Read it again."))
        else:
            messages.success(request, _("Sent for approval."))
            return redirect("notice_approval", notice.ref)
    return page(request, "notifications/notices/submit.html", _context(request, notice, "approval"), form)


def _approve(request: Request, notice: Notice) -> HttpResponse:
    has_right = may(request.user, Right.APPROVE_NOTICE)
    context = _context(request, notice, "approval")
    rows: list[NoticeText] = list(context["texts"].values())
    seen = {"content_hash": hash_texts(rows), "audience_hash": context["audience"].fingerprint()}
    form = ApproveForm(request.POST or None, user=request.user, initial=seen)
    if request.method == "POST":
        require(request.user, Right.APPROVE_NOTICE)
        if form.is_valid():
            try:
                notices.approve(
                    notice,
                    content_hash=form.cleaned_data["content_hash"],
                    audience_hash=form.cleaned_data["audience_hash"],
                    by=request.user,
                )
            except ValidationError as problem:
                form.add_error(None, problem)
            except Conflict:
                form.add_error(None, _("The text changed while you were reading. Read it again."))
            else:
                return redirect("notice_sending", notice.ref)
    language = request.GET.get("language", "")
    shown = language if language in LANGUAGES else _first_language(notice)
    context |= as_read(context["texts"][shown], _sample(context["audience"], shown))
    context |= {
        "has_right": has_right,
        "may_approve": has_right and notices.may_approve(notice, request.user),
        "who": who_may(Right.APPROVE_NOTICE),
        "is_same_audience": notice.audience_hash == seen["audience_hash"],
        "content_hash": seen["content_hash"],
        "shown": shown,
        "last_test": notice.tests.select_related("sent_by").first(),
    }
    return page(request, "notifications/notices/approve.html", context, form)


@require_http_methods(["GET", "POST"])
def return_to_author(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    require(request.user, Right.APPROVE_NOTICE)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notices.return_to_author(notice, comment=form.cleaned_data["comment"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Returned to its author."))
            return redirect(notice.incident)
    return page(request, "notifications/notices/return.html", {"notice": notice, "incident": notice.incident}, form)


@require_http_methods(["GET", "POST"])
def cancel(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    if request.method == "POST":
        try:
            notices.cancel(notice, by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return redirect(notice)
        messages.success(request, _("Cancelled. Nothing has left."))
        return redirect(notice.incident)
    return render(request, "notifications/notices/cancel.html", {"notice": notice, "incident": notice.incident})
