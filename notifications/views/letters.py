"""Letters to authorities: card, check, signature, submission, acknowledgement."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, require
from core import clock, dates
from core.errors import Conflict
from core.files import discard
from core.pagination import page_of
from core.submissions import once
from core.views import page
from incidents.terms import DeclarationKind
from incidents.views.common import fetch_case, frame
from notifications import card, documents, selectors, texts
from notifications.forms import AcknowledgeForm, CardForm, SignLetterForm, StartLetterForm, SubmittedForm
from notifications.models import Letter
from notifications.services import letters
from notifications.terms import Channel, Phase
from notifications.views.steps import letter_steps


def _fetch(request: Request, ref: str) -> Letter:
    rows = (
        Letter.objects.visible_to(request.user)
        .with_mail()
        .select_related("incident", "authority", "batch", "started_by", "signed_by", "submitted_by", "acknowledged_by")
        .defer("pdf", "proof")
    )
    return get_object_or_404(rows, ref=ref)


@require_GET
def index(request: Request) -> HttpResponse:
    found = page_of(request, selectors.letters(viewer=request.user))
    return render(request, "notifications/letters/index.html", {"page": found})


@require_http_methods(["GET", "POST"])
def of_incident(request: Request, ref: str) -> HttpResponse:
    """Letters of one incident, and the start of the next phase."""
    case = fetch_case(request, ref)
    incident = case.incident
    rows = list(selectors.letters(viewer=request.user).filter(incident=incident))
    has_initial = any(letter.phase == Phase.INITIAL and letter.is_submitted for letter in rows)
    form = StartLetterForm(
        request.POST or None,
        initial={"authority": "center", "language": "uz", "phase": Phase.FINAL if has_initial else Phase.INITIAL},
    )
    form.fields["authority"].queryset = selectors.authorities()  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            letter = letters.start(
                incident,
                authority=values["authority"],
                phase=Phase(values["phase"]),
                language=values["language"],
                by=request.user,
            )
            return letter.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    declaration = (
        incident.declaration_set.in_force()
        .filter(kind=DeclarationKind.CENTER_NOT_REQUIRED)
        .select_related("signed_by")
        .order_by("-number")
    )
    context = {
        **frame(case, "regulator"),
        "letters": rows,
        "clocks": [line for line in case.clocks if line.code in {"center", "center_final"}],
        "declaration": declaration.first(),
        "may_write": may(request.user, Right.WRITE_LETTER) and incident.is_open and incident.is_confirmed,
        "may_sign": may(request.user, Right.SIGN_DECLARATION) and incident.is_open,
    }
    return page(request, "notifications/letters/of_incident.html", context, form)


def _context(request: Request, letter: Letter, current: str) -> dict[str, Any]:
    phase, is_open = Phase(letter.phase), letter.incident.is_open
    gaps = card.gaps(letter.card, phase)
    may_write = may(request.user, Right.WRITE_LETTER) and letter.is_draft and is_open
    may_sign = may(request.user, Right.SIGN_LETTER) and letter.is_draft and is_open
    return {
        "letter": letter,
        "incident": letter.incident,
        "steps": letter_steps(
            letter,
            current=current,
            open_groups={field.group for field in gaps},
            may_write=may_write,
            may_sign=may_sign,
        ),
        "gaps": gaps if letter.is_draft else [],
        "current": current,
        "is_unreviewed": letter.language in texts.unreviewed(texts.letter_code(phase)),
        "may_write": may_write,
        "may_sign": may_sign,
        # Authorities answer when they answer, also after the file is closed.
        "may_submit": may(request.user, Right.WRITE_LETTER) and (is_open or letter.is_submitted),
        "may_change_rules": may(request.user, Right.MANAGE_RULES),
    }


@require_GET
def detail(request: Request, ref: str) -> HttpResponse:
    """The whole card for checking, and the next step."""
    letter = _fetch(request, ref)
    context = {
        **_context(request, letter, "check"),
        "card": _card_rows(letter),
        "mail": letter.batch.messages.first() if letter.batch else None,
    }
    return render(request, "notifications/letters/detail.html", context)


def _card_rows(letter: Letter) -> list[dict[str, Any]]:
    phase = Phase(letter.phase)
    gaps = card.gaps(letter.card, phase)
    return [
        {
            "key": key,
            "title": title,
            "rows": [
                (f, entry := letter.card.get(f.key, {}), card.source_words(f, entry), f in gaps)
                for f in card.fields_of(phase, key)
            ],
        }
        for key, title in card.GROUPS.items()
    ]


@require_http_methods(["GET", "POST"])
def group(request: Request, ref: str, key: str) -> HttpResponse:
    """One group of the card, prefilled, with the source beside each field."""
    letter = _fetch(request, ref)
    card_fields = card.fields_of(Phase(letter.phase), key)
    if not card_fields or not letter.is_draft:
        raise Http404
    form = CardForm(request.POST or None, letter=letter, card_fields=card_fields)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            letters.write(letter, values=form.values(), version=version, by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            theirs = _fetch(request, ref)
            saved = CardForm.stored(theirs, card_fields)
            return render(request, "conflict.html", form.against(saved, version=theirs.version), status=409)
        else:
            keys = list(card.GROUPS)
            following = keys[keys.index(key) + 1 :]
            return redirect("letter_group", ref, following[0]) if following else redirect(letter)
    rows = [(text, unknown, f, letter.card.get(f.key, {})) for text, unknown, f in form.rows()]
    context = {**_context(request, letter, key), "rows": rows, "title": card.GROUPS[key]}
    return page(request, "notifications/letters/group.html", context, form)


@require_GET
def document(request: Request, ref: str) -> HttpResponse:
    """The signed PDF as it was frozen, or a draft that says so."""
    letter = _fetch(request, ref)
    if letter.pdf:
        content = bytes(letter.pdf)
    else:
        now = clock.now()
        data = documents.content(letter, signer=None, outgoing_number="", at=now)
        content = documents.letter_pdf(letter, data, at=now)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{letter.ref}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def sign(request: Request, ref: str) -> HttpResponse:
    letter = _fetch(request, ref)
    require(request.user, Right.SIGN_LETTER)
    form = SignLetterForm(request.POST or None, user=request.user, initial={"version": letter.version})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            letters.sign(letter, outgoing_number=values["outgoing_number"], version=values["version"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            messages.error(request, _("The letter changed while you were reading. Read it again before you sign."))
            return redirect(letter)
        else:
            messages.success(request, _("Signed."))
            return redirect(letter)
    return page(request, "notifications/letters/sign.html", _context(request, letter, "sign"), form)


@require_http_methods(["GET", "POST"])
def send(request: Request, ref: str) -> HttpResponse:
    """A check before the letter leaves by e-mail."""
    letter = _fetch(request, ref)
    if request.method == "POST":
        try:
            letters.send_by_email(letter, by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            messages.success(request, _("The letter is on its way."))
        return redirect(letter)
    return render(request, "notifications/letters/send.html", _context(request, letter, "submit"))


@require_http_methods(["GET", "POST"])
def submitted(request: Request, ref: str) -> HttpResponse:
    """It went another way: when, how, and a file that proves it."""
    letter = _fetch(request, ref)
    owner = f"user:{request.user.pk}"
    form = SubmittedForm(
        request.POST or None, request.FILES or None, owner=owner, initial={"submitted_at": clock.now()}
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            with form.drafts[0].file.open("rb") as file:
                letters.mark_submitted(
                    letter,
                    channel=Channel(values["channel"]),
                    submitted_at=values["submitted_at"],
                    proof=File(file, name=form.drafts[0].name),
                    by=request.user,
                )
            return letter.get_absolute_url()

        try:
            target = once(form.key, sender=owner, act=act)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            discard(form.drafts)
            return redirect(target)
    return page(request, "notifications/letters/submitted.html", _context(request, letter, "submit"), form)


@require_GET
def proof(request: Request, ref: str) -> HttpResponse:
    letter = _fetch(request, ref)
    if letter.proof is None:
        raise Http404
    response = HttpResponse(bytes(letter.proof), content_type=letter.proof_kind)
    response["Content-Disposition"] = f'attachment; filename="{letter.ref}-proof{_ending(letter.proof_kind)}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _ending(kind: str) -> str:
    return {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}.get(kind, "")


@require_http_methods(["GET", "POST"])
def acknowledged(request: Request, ref: str) -> HttpResponse:
    letter = _fetch(request, ref)
    form = AcknowledgeForm(request.POST or None, initial={"day": dates.today()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            letters.acknowledge(letter, incoming_number=values["incoming_number"], day=values["day"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect(letter)
    return page(request, "notifications/letters/acknowledged.html", _context(request, letter, "acknowledge"), form)


@require_POST
def cancel(request: Request, ref: str) -> HttpResponse:
    letter = _fetch(request, ref)
    try:
        letters.cancel(letter, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect(letter)
    messages.success(request, _("Cancelled. Nothing has left."))
    return redirect("incident_regulator", letter.incident.ref)
