"""Forms about telling others."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import StepUpForm
from accounts.models import LANGUAGES
from core import dates, files
from core import forms as fields
from core.forms import BaseForm, FilesForm, VersionedForm
from notifications.card import CardField, source_words
from notifications.models import Authority, Letter, NoticeText
from notifications.terms import FIELDS, PARTS, Channel, NoticeKind, Phase
from outbox.mime import fields_in


class StartNoticeForm(BaseForm):
    kind = fields.Pick(label=gettext_lazy("What kind of notice?"), choices=NoticeKind.choices, columns=3)


class NoticeTextForm(VersionedForm):
    """The parts of one language. Names in braces that are not fields are refused with words."""

    subject = fields.Line(
        label=gettext_lazy("Subject"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("A fact and a date, at most 78 characters"),
    )
    what_happened = fields.Prose(label=PARTS["what_happened"], rows=4, max_length=4_000, required=False)
    what_data = fields.Prose(label=PARTS["what_data"], rows=3, max_length=4_000, required=False)
    what_we_did = fields.Prose(label=PARTS["what_we_did"], rows=3, max_length=4_000, required=False)
    what_to_do = fields.Prose(label=PARTS["what_to_do"], rows=4, max_length=4_000, required=False)
    what_next = fields.Prose(label=PARTS["what_next"], rows=2, max_length=4_000, required=False)
    contact = fields.Prose(label=PARTS["contact"], rows=2, max_length=2_000, required=False)

    @classmethod
    def stored(cls, text: NoticeText) -> dict[str, Any]:
        return {"subject": text.subject, **text.parts}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("subject", *PARTS):
            if strange := fields_in(cleaned.get(name, "")) - FIELDS:
                known = ", ".join(f"{{{field}}}" for field in sorted(FIELDS))
                self.add_error(
                    name,
                    _("{%(name)s} is not a field. Fields are: %(known)s")
                    % {"name": sorted(strange)[0], "known": known},
                )
        return cleaned

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("subject", *PARTS)}


class SubmitNoticeForm(VersionedForm):
    pass


class ApproveForm(StepUpForm):
    """Carries the hashes of what the approver saw."""

    purpose = "approve"
    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    audience_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReturnForm(BaseForm):
    comment = fields.Prose(label=gettext_lazy("What should be changed?"), rows=3, max_length=2_000)


class CallForm(BaseForm):
    spoke_with = fields.Line(label=gettext_lazy("With whom did you speak?"))
    happened_at = fields.Moment(label=gettext_lazy("When"))
    note = fields.Prose(label=gettext_lazy("Note"), rows=2, max_length=2_000, required=False)


class WaiveForm(StepUpForm):
    purpose = "waiver"
    reason = fields.Prose(
        label=gettext_lazy("Why need this customer not be told?"),
        help_text=gettext_lazy("At least 20 characters"),
        rows=3,
        max_length=2_000,
    )


# --- letters --------------------------------------------------------------------------------------


class StartLetterForm(BaseForm):
    authority = fields.SelectRow(
        label=gettext_lazy("To whom?"), queryset=Authority.objects.none(), to_field_name="code", empty_label="–"
    )
    phase = fields.Pick(label=gettext_lazy("Phase"), choices=Phase.choices)
    language = fields.Select(label=gettext_lazy("Language and script"), choices=LANGUAGES)


class CardForm(VersionedForm):
    """One group of the card: a text for each field, and “not known yet” where the phase allows it."""

    def __init__(self, *args: Any, letter: Letter, card_fields: list[CardField], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(self.stored(letter, card_fields))
        super().__init__(*args, **kwargs)
        self.card_fields = card_fields
        for field in card_fields:
            self.fields[field.key] = fields.Prose(
                label=field.label,
                help_text=_source_words(field, letter.card.get(field.key, {})),
                rows=field.rows,
                max_length=5_000,
                required=False,
            )
            self.fields[field.key].widget.attrs["lang"] = dates.LANGUAGE_TAGS[letter.language]
            if letter.phase == Phase.INITIAL:
                self.fields[f"{field.key}_unknown"] = forms.BooleanField(
                    label=gettext_lazy("Not known yet"), required=False
                )

    @staticmethod
    def stored(letter: Letter, card_fields: list[CardField]) -> dict[str, Any]:
        found: dict[str, Any] = {"version": letter.version}
        for field in card_fields:
            entry = letter.card.get(field.key, {})
            found[field.key] = entry.get("text", "")
            found[f"{field.key}_unknown"] = bool(entry.get("is_unknown"))
        return found

    def rows(self) -> list[tuple[Any, Any, CardField]]:
        """Each field with its “not known yet”, for the page."""
        return [
            (self[f.key], self[f"{f.key}_unknown"] if f"{f.key}_unknown" in self.fields else None, f)
            for f in self.card_fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field in self.card_fields:
            if cleaned.get(f"{field.key}_unknown") and cleaned.get(field.key):
                self.add_error(field.key, _("Delete the text, or take the tick off “Not known yet”."))
        return cleaned

    def values(self) -> dict[str, tuple[str, bool]]:
        return {
            field.key: (self.cleaned_data[field.key], bool(self.cleaned_data.get(f"{field.key}_unknown")))
            for field in self.card_fields
        }


def _source_words(field: CardField, entry: dict[str, object]) -> str:
    """Where the text of a field comes from, or would."""
    if source := source_words(field, entry):
        return _("Source: %(source)s") % {"source": source}
    if field.comes_from:
        return _("Not in the record yet: %(source)s") % {"source": field.comes_from}
    return _("Not in the record: write it here.")


class SignLetterForm(StepUpForm, VersionedForm):
    purpose = "letter"
    outgoing_number = fields.Line(
        label=gettext_lazy("Outgoing number"), max_length=60, help_text=gettext_lazy("From your register of letters")
    )


class SubmittedForm(FilesForm):
    allowed_kinds = files.PROOF
    most_files = 1
    channel = fields.Select(
        label=gettext_lazy("How did it go?"),
        choices=[("", "–"), *((c.value, c.label) for c in Channel if c is not Channel.EMAIL)],
    )
    submitted_at = fields.Moment(label=gettext_lazy("When"))
    proof = fields.Uploads(
        label=gettext_lazy("Proof"),
        help_text=gettext_lazy("A photo of the stamp, a scan or a screenshot: PDF, PNG or JPEG"),
    )

    def clean_proof(self) -> Any:
        return self.keep_uploads("proof")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "proof" not in self.errors and not cleaned.get("proof"):
            self.add_error("proof", _("Add a file that proves it."))
        return cleaned


class AcknowledgeForm(BaseForm):
    incoming_number = fields.Line(label=gettext_lazy("Incoming number of the authority"), max_length=60)
    day = fields.Day(label=gettext_lazy("Date"))


# --- rules ----------------------------------------------------------------------------------------


class AuthorityForm(VersionedForm):
    email = fields.Email(label=gettext_lazy("E-mail"), required=False)
    address = fields.Line(label=gettext_lazy("Postal address"), max_length=300, required=False)
    phone = fields.Line(label=gettext_lazy("Phone"), max_length=60, required=False)

    @classmethod
    def stored(cls, authority: Authority) -> dict[str, Any]:
        return {name: getattr(authority, name) for name in ("email", "address", "phone", "version")}


class ConfirmAuthorityForm(StepUpForm):
    purpose = "authority"
    email = forms.CharField(max_length=254, widget=forms.HiddenInput)


class TargetForm(BaseForm):
    amount = fields.Number(
        label=gettext_lazy("Company target"),
        required=False,
        min_value=1,
        max_value=9_999,
        help_text=gettext_lazy("Leave it empty for no figure: the clock then counts up."),
    )
    unit = fields.Select(
        label=gettext_lazy("Unit"),
        choices=[("60", gettext_lazy("hours")), ("1", gettext_lazy("minutes")), ("1440", gettext_lazy("days"))],
    )

    def minutes(self) -> int | None:
        amount = self.cleaned_data["amount"]
        return None if amount is None else int(amount) * int(self.cleaned_data["unit"])


class ReviewForm(BaseForm):
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reviewer = fields.Line(
        label=gettext_lazy("Who has read it?"),
        help_text=gettext_lazy("Name of a native speaker, better a lawyer"),
    )
