"""Samples for the gallery of components."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core import forms as fields

_ANSWERS = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known yet"))]


class SampleForm(fields.BaseForm):
    """Every kind of field once; sent empty, every required one says what to do."""

    line = fields.Line(label=_("What happened, in one line"), max_length=200)
    prose = fields.Prose(label=_("Text"), help_text=_("At least 20 characters"), rows=3)
    email = fields.Email(label=_("E-mail"))
    choice = fields.Select(label=_("Kind"), choices=[("", "–"), *_ANSWERS])
    answer = fields.Pick(label=_("Severity"), choices=_ANSWERS, help_text=_("How bad may it become?"))
    short_answer = fields.Pick(label=_("Is it still happening?"), choices=_ANSWERS, columns=3)
    moment = fields.Moment(label=_("Noticed"))
    day = fields.Day(label=_("Due"))
    number = fields.Number(label=_("People"), required=False)
    files = fields.Uploads(  # type: ignore[assignment]  # the form takes its fields out of the class
        label=_("Files"), help_text=_("Up to 5 files, 25 MB each"), required=False
    )
    tick = forms.BooleanField(label=_("Needed to close"), required=False)


def sample_forms() -> dict[str, forms.Form]:
    """The same form empty, and as it comes back with errors."""
    return {"plain": SampleForm(prefix="plain"), "wrong": SampleForm({}, prefix="wrong")}
