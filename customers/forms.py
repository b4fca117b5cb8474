"""Forms of the directory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES
from core import forms as fields
from core.forms import BaseForm, VersionedForm
from customers.models import Contact, Customer


class CustomerForm(VersionedForm):
    name = fields.Line(label=_("Name"), max_length=200)
    contract_number = fields.Line(label=_("Contract number"), max_length=60, required=False)
    tin = fields.Line(label=_("Taxpayer number"), max_length=30, required=False)
    note = fields.Prose(label=_("Note"), rows=3, max_length=2_000, required=False)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    @classmethod
    def stored(cls, customer: Customer) -> dict[str, Any]:
        return {name: getattr(customer, name) for name in cls.base_fields if name != "form_key"}

    def values(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k not in {"form_key", "version"}}


class ContactForm(BaseForm):
    name = fields.Line(label=_("Name"), max_length=200)
    role = fields.Line(label=_("Role"), max_length=120, required=False)
    email = fields.Email(label=_("E-mail"), required=False, help_text=_("E-mail or phone is needed."))
    phone = fields.Line(label=_("Phone"), max_length=40, required=False)
    language = fields.Select(label=_("Language"), choices=LANGUAGES)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    @classmethod
    def stored(cls, contact: Contact) -> dict[str, Any]:
        return {name: getattr(contact, name) for name in cls.base_fields if name != "form_key"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("email") and not cleaned.get("phone"):
            self.add_error("email", _("Write an e-mail address or a phone."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k != "form_key"}


class FileForm(BaseForm):
    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.FileInput(attrs={"class": "file", "accept": ".csv,text/csv"}),
        help_text=_("UTF-8, columns: customer, contract, contact, email, phone, language"),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
            "invalid": _("Choose a file."),
        },
    )
