"""Forms about people. Secrets never come back into a page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES, Organisation, User
from accounts.roles import Role
from accounts.services import factors
from core import forms as fields
from core.forms import BaseForm, VersionedForm


class Password(forms.CharField):
    """A password: pasted, shown on demand, never trimmed, never sent back."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        complete = "new-password" if new else "current-password"
        super().__init__(
            strip=False,
            max_length=1024,
            widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": complete}),
            error_messages={"required": _("Write the password.")},
            **kwargs,
        )


class Code(forms.CharField):
    """Six digits of the authenticator app, in one field."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Code from your authenticator app"))
        super().__init__(
            max_length=40,
            widget=forms.TextInput(
                attrs={"class": "in code-in", "inputmode": "numeric", "autocomplete": "one-time-code"}
            ),
            error_messages={"required": _("Write the six digits that the app shows now.")},
            **kwargs,
        )


class StepUpForm(BaseForm):
    """A form whose decision needs a fresh code. The code is spent last, when all else is right."""

    purpose = "decision"
    code = Code()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["code"].help_text = _("Confirms that it is you, %(name)s") % {"name": user.full_name}
        self.order_fields([name for name in self.fields if name != "code"] + ["code"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                factors.confirm(self.user, code=cleaned["code"], purpose=self.purpose)
            except forms.ValidationError as problem:
                self.add_error("code", problem)
        return cleaned


class SignInForm(BaseForm):
    email = fields.Email(label=_("E-mail"))
    password = Password(label=_("Password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class CodeForm(BaseForm):
    code = Code()


class RecoveryForm(BaseForm):
    code = fields.Line(label=_("Recovery code"), max_length=60)


class JoinForm(BaseForm):
    full_name = fields.Line(label=_("Your name"), max_length=200)
    password = Password(label=_("New password"), new=True, help_text=_("At least 15 characters. A sentence is good."))
    language = fields.Select(label=_("Language"), choices=LANGUAGES)


class FirstOfficerForm(JoinForm):
    company = fields.Line(label=_("Name of your company"), max_length=120)
    email = fields.Email(label=_("Your e-mail"))
    field_order = ("company", "full_name", "email", "password", "language")


class AskPasswordForm(BaseForm):
    email = fields.Email(label=_("E-mail"))


class NewPasswordForm(BaseForm):
    password = Password(label=_("New password"), new=True, help_text=_("At least 15 characters. A sentence is good."))


class ChangePasswordForm(StepUpForm):
    purpose = "password"
    current = Password(label=_("Present password"))
    password = Password(label=_("New password"), new=True, help_text=_("At least 15 characters. A sentence is good."))

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise forms.ValidationError(_("This is not your present password."))
        return current


class ReplaceAuthenticatorForm(StepUpForm):
    purpose = "authenticator"


class NewRecoveryCodesForm(StepUpForm):
    purpose = "recovery codes"


class ProfileForm(BaseForm):
    full_name = fields.Line(label=_("Name"), max_length=200)
    phone = fields.Line(label=_("Phone"), max_length=40, required=False)
    language = fields.Select(label=_("Language"), choices=LANGUAGES)
    theme = fields.Pick(
        label=_("Display"),
        required=False,
        columns=3,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )


class InviteForm(BaseForm):
    email = fields.Email(label=_("E-mail"))
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
    )
    language = fields.Select(label=_("Language of the invitation"), choices=LANGUAGES)


class RolesForm(BaseForm):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
    )


class OfficialForm(BaseForm):
    position = fields.Line(label=_("Position"), max_length=200, required=False)
    order_number = fields.Line(
        label=_("Number of the appointing order"),
        max_length=60,
        required=False,
        help_text=_("Printed under the signature (policy 8.1)."),
    )
    order_date = fields.Day(label=_("Date of the appointing order"), required=False)


class OrganisationForm(VersionedForm):
    name = fields.Line(label=_("Short name"), max_length=120, help_text=_("As customers know you."))
    legal_name = fields.Line(label=_("Legal name"), max_length=200, required=False)
    tin = fields.Line(label=_("Taxpayer number"), max_length=30, required=False)
    address = fields.Line(label=_("Address"), max_length=300, required=False)
    phone = fields.Line(label=_("Phone"), max_length=40, required=False)
    bank_details = fields.Line(label=_("Bank details"), max_length=300, required=False)
    duty_phone = fields.Line(
        label=_("Phone of the duty officer"),
        max_length=40,
        required=False,
        help_text=_("Stands on the report form and on every error page."),
    )
    security_email = fields.Email(
        label=_("Security e-mail"), required=False, help_text=_("Mails leave from here, and answers come here.")
    )
    contact_hours = fields.Line(label=_("Hours when people answer"), max_length=120, required=False)
    director_name = fields.Line(label=_("Name of the director"), max_length=200, required=False)
    director_post = fields.Line(label=_("Position of the director"), max_length=200, required=False)
    do_responders_see_all = forms.BooleanField(
        label=_("Responders see every incident, not only their own"), required=False
    )

    @classmethod
    def of(cls, organisation: Organisation, **kwargs: Any) -> "OrganisationForm":
        return cls(initial=cls.stored(organisation), **kwargs)

    @classmethod
    def stored(cls, organisation: Organisation) -> dict[str, Any]:
        return {name: getattr(organisation, name) for name in cls.base_fields if name != "form_key"}

    def values(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k not in {"form_key", "version"}}
