"""Forms about incidents."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import StepUpForm
from accounts.models import LANGUAGES, User
from accounts.roles import Right
from accounts.selectors import people_with
from core import clock, dates, files
from core import forms as fields
from core.forms import BaseForm, FilesForm, VersionedForm
from customers.models import Customer
from incidents.models import Incident
from incidents.terms import REPORTER_KINDS, ActionKind, Flag, Kind, Outcome, Severity

NO_ANSWER = [("", "–")]
KINDS = [(kind.value, kind.label) for kind in Kind if kind is not Kind.UNKNOWN]


class ReportForm(FilesForm):
    """One required field. Whatever else is wrong here never costs the reporter a word."""

    text = fields.Prose(
        label=gettext_lazy("What did you see?"),
        help_text=gettext_lazy("One sentence is enough. Do not type passwords"),
        error_messages={"required": gettext_lazy("Write what you saw. One sentence is enough")},
    )
    kind = fields.Pick(label=gettext_lazy("What does it look like?"), choices=REPORTER_KINDS, required=False)
    still = fields.Pick(
        label=gettext_lazy("Is it still happening?"),
        choices=[
            (Flag.YES, gettext_lazy("Yes")),
            (Flag.NO, gettext_lazy("No")),
            (Flag.UNKNOWN, gettext_lazy("Not sure")),
        ],
        required=False,
        columns=3,
    )
    when = fields.Pick(
        label=gettext_lazy("When did you notice it?"),
        choices=[
            ("now", gettext_lazy("Just now")),
            ("today", gettext_lazy("Earlier today")),
            ("other", gettext_lazy("Other time")),
        ],
        required=False,
        initial="now",
        columns=3,
    )
    when_text = fields.Line(label=gettext_lazy("About when?"), required=False)
    files = fields.Uploads(  # type: ignore[assignment]  # the form takes its fields out of the class
        label=gettext_lazy("Photo, screenshot or file"),
        help_text=gettext_lazy("Up to 5 files, 25 MB each"),
        required=False,
    )
    contact = fields.Line(label=gettext_lazy("How do we reach you?"), required=False)

    def clean_files(self) -> Any:
        return self.keep_uploads("files")

    def when_noticed(self) -> tuple[Any, str]:
        """The moment, if it can be read, and the words, if it cannot. Nobody is stopped by a date."""
        answer, words = self.cleaned_data.get("when"), self.cleaned_data.get("when_text", "")
        if answer == "now":
            return clock.now(), ""
        if answer == "today" and not words:
            return None, _("Earlier today")
        try:
            moment = dates.read_moment(words) if words else None
        except forms.ValidationError:
            moment = None
        if moment and moment > clock.now():
            moment = None
        return moment, "" if moment else words


class ExtendForm(FilesForm):
    text = fields.Prose(label=gettext_lazy("What else do you know?"), required=False, rows=3)
    files = fields.Uploads(  # type: ignore[assignment]  # the form takes its fields out of the class
        label=gettext_lazy("Photo, screenshot or file"),
        help_text=gettext_lazy("Up to 5 files, 25 MB each"),
        required=False,
    )

    def clean_files(self) -> Any:
        return self.keep_uploads("files")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("text") and not cleaned.get("files"):
            self.add_error("text", _("Write something or add a file."))
        return cleaned


# --- triage ---------------------------------------------------------------------------------------


class ConfirmForm(BaseForm):
    title = fields.Line(label=gettext_lazy("What happened, in one line"), max_length=200)
    kind = fields.Select(label=gettext_lazy("Kind"), choices=[*NO_ANSWER, *KINDS])
    severity = fields.Pick(
        label=gettext_lazy("Severity"), choices=Severity.choices, help_text=gettext_lazy("How bad may it become?")
    )
    personal_data = fields.Pick(
        label=gettext_lazy("Is personal data touched?"),
        choices=Flag.choices,
        columns=3,
        help_text=gettext_lazy("“Not known yet” keeps the duty to notify open."),
    )
    infrastructure = fields.Pick(
        label=gettext_lazy("Is the information infrastructure threatened?"), choices=Flag.choices, columns=3
    )
    lead = fields.SelectRow(label=gettext_lazy("Who leads?"), queryset=User.objects.none(), empty_label="–")
    noticed_at = fields.Moment(label=gettext_lazy("Noticed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class MergeForm(BaseForm):
    into = fields.Line(
        label=gettext_lazy("Number of the other incident"),
        max_length=20,
        help_text=gettext_lazy("Such as INC-2026-0042"),
    )


class DismissForm(BaseForm):
    reason = fields.Prose(
        label=gettext_lazy("Why is it not an incident?"), help_text=gettext_lazy("At least 20 characters"), rows=3
    )
    severity = fields.Select(
        label=gettext_lazy("How bad would it be if you were wrong?"),
        choices=[*NO_ANSWER, *Severity.choices],
        help_text=gettext_lazy("From High up, a second person must agree."),
    )


class OpinionForm(BaseForm):
    agrees = fields.Pick(
        label=gettext_lazy("Do you agree that this is not an incident?"),
        choices=[("yes", gettext_lazy("Yes, close it")), ("no", gettext_lazy("No, it stays open"))],
    )
    reason = fields.Prose(
        label=gettext_lazy("Why not?"),
        required=False,
        rows=3,
        help_text=gettext_lazy("At least 20 characters, if you do not agree"),
    )


# --- the record -----------------------------------------------------------------------------------


class FactsForm(VersionedForm):
    title = fields.Line(label=gettext_lazy("What happened, in one line"), max_length=200)
    kind = fields.Select(label=gettext_lazy("Kind"), choices=Kind.choices)
    lead = fields.SelectRow(label=gettext_lazy("Lead"), queryset=User.objects.none(), empty_label="–", required=False)
    noticed_at = fields.Moment(label=gettext_lazy("Noticed"), required=False)
    happened_from = fields.Moment(label=gettext_lazy("Happened, from"), required=False)
    happened_to = fields.Moment(label=gettext_lazy("Happened, to"), required=False)
    is_happened_unknown = forms.BooleanField(label=gettext_lazy("Not known when it happened"), required=False)
    systems = fields.Prose(label=gettext_lazy("Systems"), required=False, rows=2, max_length=2_000)
    personal_data = fields.Pick(label=gettext_lazy("Is personal data touched?"), choices=Flag.choices, columns=3)
    infrastructure = fields.Pick(
        label=gettext_lazy("Is the information infrastructure threatened?"), choices=Flag.choices, columns=3
    )
    data_kinds = fields.Prose(
        label=gettext_lazy("Kinds of data"),
        required=False,
        rows=2,
        max_length=2_000,
        help_text=gettext_lazy("Such as names, phone numbers"),
    )
    people_count = fields.Number(label=gettext_lazy("Number of people"), required=False)
    is_people_count_estimate = forms.BooleanField(label=gettext_lazy("This number is an estimate"), required=False)
    how_found = fields.Prose(label=gettext_lazy("How it was found"), required=False, rows=2, max_length=2_000)
    cause = fields.Prose(label=gettext_lazy("Cause"), required=False)
    consequences = fields.Prose(label=gettext_lazy("Consequences"), required=False)
    restored_how = fields.Prose(
        label=gettext_lazy("How service and data were restored"), required=False, rows=3, max_length=5_000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]

    @classmethod
    def stored(cls, incident: Incident) -> dict[str, Any]:
        return {name: getattr(incident, name) for name in cls.base_fields if name != "form_key"}

    def values(self) -> dict[str, Any]:
        """The answers. A moment is shown to the minute: one that was left alone keeps its seconds."""
        untouched = {
            name: self.initial[name]
            for name, field in self.fields.items()
            if isinstance(field, fields.Moment) and name not in self.changed_data
        }
        answers = {k: v for k, v in self.cleaned_data.items() if k not in {"form_key", "version"}}
        return answers | untouched


class SeverityForm(BaseForm):
    severity = fields.Pick(label=gettext_lazy("Severity"), choices=Severity.choices)
    reason = fields.Prose(label=gettext_lazy("Reason"), rows=2, max_length=2_000)


class TeamForm(BaseForm):
    team = fields.SelectRows(
        label=gettext_lazy("Who works on it"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("Responders see the incidents that they work on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class MoveForm(BaseForm):
    reason = fields.Prose(label=gettext_lazy("Reason"), rows=3, max_length=2_000, required=False)
    restored_how = fields.Prose(
        label=gettext_lazy("How service and data were restored"), rows=4, max_length=5_000, required=False
    )


class CloseForm(StepUpForm):
    purpose = "close"
    outcome = fields.Pick(
        label=gettext_lazy("What did it turn out to be?"),
        choices=[(o.value, o.label) for o in (Outcome.CONFIRMED, Outcome.SIGN_ONLY)],
    )


# --- blocking -------------------------------------------------------------------------------------


class BlockForm(BaseForm):
    kind = fields.Select(label=gettext_lazy("Kind"), choices=[*NO_ANSWER, *ActionKind.choices])
    what = fields.Line(
        label=gettext_lazy("What is blocked"),
        max_length=300,
        help_text=gettext_lazy("Such as 203.0.113.54, the account partner-erp, a web address"),
    )
    where = fields.Line(label=gettext_lazy("Where"), help_text=gettext_lazy("Such as edge firewall, admin panel, mail"))
    happened_at = fields.Moment(label=gettext_lazy("When"))
    blocked_by = fields.SelectRow(label=gettext_lazy("Who did it"), queryset=User.objects.none(), empty_label=None)
    undo_plan = fields.Prose(label=gettext_lazy("How it can be undone"), required=False, rows=2, max_length=2_000)
    review_on = fields.Day(label=gettext_lazy("Review on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["blocked_by"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class CheckForm(BaseForm):
    method = fields.Line(label=gettext_lazy("How did you check?"), max_length=500)
    result = fields.Pick(
        label=gettext_lazy("Does the block work?"),
        choices=[("yes", gettext_lazy("Yes, it works")), ("no", gettext_lazy("No, it does not"))],
    )
    checked_at = fields.Moment(label=gettext_lazy("When"))


class LiftForm(BaseForm):
    reason = fields.Prose(label=gettext_lazy("Why is it lifted?"), rows=3, max_length=2_000)


# --- notes, evidence, tasks, measures -------------------------------------------------------------


class ComposerForm(BaseForm):
    """Note, event or block, added from the timeline itself."""

    kind = forms.ChoiceField(
        choices=[("note", ""), ("event", ""), ("block", "")], widget=forms.RadioSelect, initial="note"
    )
    text = fields.Prose(label=gettext_lazy("Text"), rows=2, required=False)
    block_kind = fields.Select(label=gettext_lazy("Kind"), choices=[*NO_ANSWER, *ActionKind.choices], required=False)
    what = fields.Line(label=gettext_lazy("What is blocked"), max_length=300, required=False)
    where = fields.Line(label=gettext_lazy("Where"), required=False)
    undo_plan = fields.Line(label=gettext_lazy("How it can be undone"), required=False)
    happened_at = fields.Moment(label=gettext_lazy("Happened"), required=False)
    is_in_report = forms.BooleanField(label=gettext_lazy("Use in report"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == "block":
            for name in ("block_kind", "what", "where"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill in this field."))
        elif not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what you found or did."))
        return cleaned


class NoteForm(BaseForm):
    text = fields.Prose(
        label=gettext_lazy("Note"),
        rows=10,
        help_text=gettext_lazy("Headings with #, lists with -, emphasis with *, code with `"),
    )
    happened_at = fields.Moment(label=gettext_lazy("Happened"), required=False)
    audience = fields.Pick(
        label=gettext_lazy("Who sees it"),
        choices=[("team", gettext_lazy("The team")), ("officers", gettext_lazy("Officers only"))],
        initial="team",
    )
    is_in_report = forms.BooleanField(label=gettext_lazy("Use in report"), required=False)


class CorrectionForm(BaseForm):
    text = fields.Prose(label=gettext_lazy("What is right"), rows=6)
    happened_at = fields.Moment(label=gettext_lazy("Happened"), required=False)


class EvidenceForm(FilesForm):
    most_files = 5
    allowed_kinds = files.EVIDENCE
    files = fields.Uploads(  # type: ignore[assignment]  # the form takes its fields out of the class
        label=gettext_lazy("Files"), help_text=gettext_lazy("Up to 5 files, 25 MB each")
    )
    taken_from = fields.Line(
        label=gettext_lazy("Taken from"),
        max_length=300,
        help_text=gettext_lazy("The system, device or person, such as web server log"),
    )
    description = fields.Line(label=gettext_lazy("What it shows"), max_length=500, required=False)
    happened_at = fields.Moment(label=gettext_lazy("Taken at"))

    def clean_files(self) -> Any:
        return self.keep_uploads("files")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "files" not in self.errors and not cleaned.get("files"):
            self.add_error("files", _("Choose at least one file."))
        return cleaned


class TaskForm(BaseForm):
    title = fields.Line(label=gettext_lazy("Task"), max_length=300)
    owner = fields.SelectRow(label=gettext_lazy("Owner"), queryset=User.objects.none(), empty_label="–", required=False)
    due_on = fields.Day(label=gettext_lazy("Due"), required=False)
    is_required = forms.BooleanField(label=gettext_lazy("Needed to close"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class AssignForm(BaseForm):
    owner = fields.SelectRow(label=gettext_lazy("Owner"), queryset=User.objects.none(), empty_label="–", required=False)
    due_on = fields.Day(label=gettext_lazy("Due"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class DoneForm(BaseForm):
    note = fields.Prose(label=gettext_lazy("What was done"), rows=3, max_length=2_000, required=False)


class MeasureForm(BaseForm):
    title = fields.Line(label=gettext_lazy("Measure"), max_length=300)
    owner = fields.SelectRow(label=gettext_lazy("Owner"), queryset=User.objects.none(), empty_label="–")
    due_on = fields.Day(label=gettext_lazy("Due"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_with(Right.RESPOND)  # type: ignore[attr-defined]


class DeclarationForm(StepUpForm):
    purpose = "declaration"
    reason = fields.Prose(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("At least 20 characters"), max_length=2_000
    )


class AskForm(BaseForm):
    reason = fields.Prose(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("At least 20 characters"), max_length=2_000
    )


class DecisionForm(StepUpForm):
    purpose = "waiver"
    agrees = fields.Pick(
        label=gettext_lazy("Your decision"),
        choices=[("yes", gettext_lazy("I agree and sign")), ("no", gettext_lazy("I do not agree"))],
    )


# --- affected customers ---------------------------------------------------------------------------


class AffectedForm(BaseForm):
    answer = fields.Pick(
        label=gettext_lazy("Are customers' data affected?"),
        choices=Flag.choices,
        columns=3,
        help_text=gettext_lazy("“Not known yet” keeps the clock running."),
    )
    reason = fields.Prose(
        label=gettext_lazy("If no: why not?"),
        required=False,
        rows=2,
        max_length=2_000,
        help_text=gettext_lazy("At least 20 characters"),
    )


class AttachForm(BaseForm):
    customers = fields.SelectRows(label=gettext_lazy("Customers"), queryset=Customer.objects.none())
    people_count = fields.Number(
        label=gettext_lazy("People per customer"),
        required=False,
        help_text=gettext_lazy("Leave it empty if it differs; a file can hold a number for each."),
    )
    data_kinds = fields.Line(label=gettext_lazy("Kinds of data"), max_length=300, required=False)


class DetachForm(BaseForm):
    reason = fields.Line(label=gettext_lazy("Why is this customer not affected?"), max_length=500)


class TableForm(BaseForm):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"class": "file", "accept": ".csv,text/csv"}),
        help_text=gettext_lazy("UTF-8, columns: customer, contact, email, phone, language, people, data"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )


# --- the officer's report -------------------------------------------------------------------------


class StartReportForm(BaseForm):
    language = fields.Select(label=gettext_lazy("Language of the report"), choices=LANGUAGES)


class SectionForm(VersionedForm):
    text = fields.Prose(label=gettext_lazy("Text"), rows=12, required=False)


class SignReportForm(StepUpForm, VersionedForm):
    purpose = "report"
