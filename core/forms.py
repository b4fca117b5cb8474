"""Text to values, errors to words. Forms never write, except that a good upload is kept for the next try."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import EmailValidator, MaxValueValidator, MinValueValidator
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from core import clock, dates, files
from core.models import DraftFile
from core.text import plain_line, plain_text, reachable


class BaseForm(forms.Form):
    """A form that makes one record however often it is sent, and whose errors say what to do."""

    use_required_attribute = False  # the server's words, not the browser's
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid.uuid4())

    @property
    def key(self) -> uuid.UUID | None:
        """What makes this sending of the form unlike any other: its key and all that was sent with it.

        A second click sends the same; who goes back and writes something else sends another form.
        """
        found = self.cleaned_data.get("form_key")
        if not isinstance(found, uuid.UUID):
            return None
        sent = {name: values for name, values in _lists(self.data).items() if name != "csrfmiddlewaretoken"}
        uploads = {name: [(each.name, each.size) for each in values] for name, values in _lists(self.files).items()}
        return uuid.uuid5(found, json.dumps([sent, uploads], sort_keys=True))


def _lists(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    return dict(data.lists()) if isinstance(data, MultiValueDict) else {name: [data[name]] for name in data}


class VersionedForm(BaseForm):
    """A form about a row that somebody else may change at the same time."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def against(self, theirs: Mapping[str, Any], *, version: int) -> dict[str, Any]:
        """Context of conflict.html: each field that differs beside the value somebody else saved.

        The form now carries the version of their row, so that sending it again is a decision.
        """
        assert isinstance(self.data, dict)  # a QueryDict
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(version)
        differing, same = [], []
        for field in self.visible_fields():
            other = theirs.get(field.name)
            shown = field.field.prepare_value(other)
            mine = field.data if field.data is not None else ""
            if str("" if shown is None else shown).strip() == str(mine).replace("\r\n", "\n").strip():
                same.append(field)
            else:
                differing.append((field, _words_of(field, shown)))
        return {"form": self, "differing": differing, "same": same}


def _words_of(field: forms.BoundField, value: Any) -> str:
    """A stored value as the person knows it from the form."""
    for choice, label in getattr(field.field, "choices", []):
        if str(choice) == str(value):
            return str(label)
    return "" if value is None else str(value)


class Line(forms.CharField):
    """One line of text."""

    default_validators = [plain_line]

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault("required", gettext_lazy("Fill in this field."))
        super().__init__(max_length=max_length, **kwargs)
        self.error_messages["max_length"] = ngettext_lazy(
            "Shorten the text to %(limit_value)d character. It has %(show_value)d.",
            "Shorten the text to %(limit_value)d characters. It has %(show_value)d.",
            "limit_value",
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)  # a browser would cut the text without a word
        return {"class": "in", **attrs}


class Prose(Line):
    """Lines of text."""

    widget = forms.Textarea
    default_validators = [plain_text]

    def __init__(self, *, rows: int = 4, max_length: int = 20_000, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs["rows"] = rows

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class Email(forms.EmailField):
    default_validators = [*forms.EmailField.default_validators, plain_line]
    default_error_messages = {
        "required": gettext_lazy("Write an e-mail address."),
        "invalid": gettext_lazy("Write the e-mail address as name@company.example."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        for validator in self.validators:
            if isinstance(validator, EmailValidator):
                validator.message = self.error_messages["invalid"]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "in", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").strip()

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:  # one fault is told once
            reachable(value)


class Pick(forms.ChoiceField):
    """One of a few answers, drawn as large buttons; nothing is chosen beforehand unless `initial` says so."""

    widget = forms.RadioSelect
    default_error_messages = {
        "required": gettext_lazy("Choose an answer."),
        "invalid_choice": gettext_lazy("Choose one of the answers."),
    }

    def __init__(self, *, columns: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.columns = columns


class Select(forms.ChoiceField):
    default_error_messages = {
        "required": gettext_lazy("Choose an answer."),
        "invalid_choice": gettext_lazy("Choose one of the answers."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "in"}


class SelectRow(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row of a queryset that the person may see."""

    default_error_messages = {
        "required": gettext_lazy("Choose an answer."),
        "invalid_choice": gettext_lazy("Choose one of the answers."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "in"}


class SelectRows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "required": gettext_lazy("Choose at least one."),
        "invalid_choice": gettext_lazy("Choose from the list."),
        "invalid_pk_value": gettext_lazy("Choose from the list."),
        "list": gettext_lazy("Choose from the list."),
    }

    def clean(self, value: Any) -> Any:
        # Longer numbers overflow the database's integers.
        if isinstance(value, list | tuple) and any(len(str(key)) > 18 for key in value):
            raise ValidationError(self.error_messages["invalid_pk_value"], code="invalid_pk_value")
        return super().clean(value)


class Moment(forms.Field):
    """A moment, typed as people write it; shown in local time. Refuses the future unless told."""

    widget = forms.TextInput

    def __init__(self, *, future: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault(
            "required", gettext_lazy("Write day and time as 16.07.2026 14:32.")
        )
        super().__init__(**kwargs)
        self.future = future

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "in when", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return f"{dates.local(value):%d.%m.%Y %H:%M}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value
        if not value or not str(value).strip():
            return None
        moment = dates.read_moment(str(value))
        # A minute of grace: the page was drawn a moment ago, and minutes are whole.
        if not self.future and (moment - clock.now()).total_seconds() > 60:
            raise ValidationError(_("This moment lies in the future. Check day and time."), code="future")
        return moment

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class Day(forms.Field):
    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault("required", gettext_lazy("Write the day as 16.07.2026."))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "in when", "autocomplete": "off", "placeholder": "16.07.2026"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d.%m.%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return value
        if not value or not str(value).strip():
            return None
        return dates.read_day(str(value))


class Number(forms.IntegerField):
    default_error_messages = {
        "required": gettext_lazy("Write a number."),
        "invalid": gettext_lazy("Write a whole number."),
    }

    def __init__(self, *, min_value: int = 0, max_value: int = 2_000_000_000, **kwargs: Any) -> None:
        super().__init__(
            min_value=min_value,
            max_value=max_value,
            widget=kwargs.pop("widget", forms.TextInput(attrs={"inputmode": "numeric"})),
            **kwargs,
        )
        for validator in self.validators:
            if isinstance(validator, MinValueValidator):
                validator.message = gettext_lazy("Write a number not smaller than %(limit_value)s.")
            if isinstance(validator, MaxValueValidator):
                validator.message = gettext_lazy("Write a number not larger than %(limit_value)s.")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "in short"}

    def to_python(self, value: Any) -> int | None:
        # People group digits: 18 402, 18,402.
        if isinstance(value, str):
            value = value.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", "")
        return super().to_python(value)


# --- files ---------------------------------------------------------------------------------------


class _ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/files.html"


class Uploads(forms.FileField):
    """Any number of files up to the limit; errors name the file."""

    widget = _ManyFilesInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "file"}

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        found = data if isinstance(data, list | tuple) else [data]
        return [item for item in found if item]


class FilesForm(BaseForm):
    """A form with files that stay attached when anything in it is refused.

    Every good upload becomes a DraftFile at once; `kept` names those of earlier tries, which the
    person can take away again.
    """

    allowed_kinds = files.EVIDENCE
    most_files = settings.UPLOAD_MAX_FILES

    def __init__(self, *args: Any, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.drafts: list[DraftFile] = []

    def keep_uploads(self, name: str) -> list[DraftFile]:
        """Clean the field `name`: the drafts of this try and of earlier ones."""
        self.drafts = list(self._earlier())
        problems: list[ValidationError] = []
        for upload in self.cleaned_data[name]:
            if len(self.drafts) >= self.most_files:
                problems.append(
                    ValidationError(_("Add at most %(most)d files.") % {"most": self.most_files}, code="files")
                )
                break
            try:
                self.drafts.append(files.keep(upload, owner=self.owner, allowed=self.allowed_kinds))
            except ValidationError as problem:
                problems.append(problem)
        if problems:
            raise ValidationError(problems)
        return self.drafts

    def _earlier(self) -> Iterable[DraftFile]:
        raw = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        keys = []
        for value in raw[: self.most_files]:
            try:
                keys.append(uuid.UUID(value))
            except ValueError:
                continue
        return DraftFile.objects.of(self.owner).filter(pk__in=keys)
