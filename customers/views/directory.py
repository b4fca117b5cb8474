"""The directory of customers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, may, require
from core.errors import Conflict
from core.pagination import page_of
from core.submissions import once
from core.text import searchable
from core.views import page
from customers import selectors
from customers.forms import ContactForm, CustomerForm
from customers.models import Customer
from customers.services import directory


def _fetch(request: Request, ref: str) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), ref=ref)


@require_GET
def index(request: Request) -> HttpResponse:
    require(request.user, Right.READ_CUSTOMERS)
    words = searchable(request.GET.get("q", ""))
    found = page_of(request, selectors.directory(viewer=request.user, words=words))
    context = {"page": found, "words": words, "may_change": may(request.user, Right.MANAGE_CUSTOMERS)}
    return render(request, "customers/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_CUSTOMERS)
    form = CustomerForm(request.POST or None, initial={"version": 0, "is_active": True})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return directory.add_customer(by=request.user, values=form.values()).get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "customers/form.html", {}, form)


@require_GET
def detail(request: Request, ref: str) -> HttpResponse:
    customer = _fetch(request, ref)
    context = {
        "customer": customer,
        "contacts": customer.contacts.all(),
        "may_change": may(request.user, Right.MANAGE_CUSTOMERS),
    }
    return render(request, "customers/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: Request, ref: str) -> HttpResponse:
    require(request.user, Right.MANAGE_CUSTOMERS)
    customer = _fetch(request, ref)
    form = CustomerForm(request.POST or None, initial=CustomerForm.stored(customer))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            directory.change_customer(customer, version=version, by=request.user, values=form.values())
        except ValidationError as problem:
            form.add_error(None, problem)
            customer = _fetch(request, ref)  # what was refused must not stand in the heading
        except Conflict:
            theirs = _fetch(request, ref)
            context = form.against(CustomerForm.stored(theirs), version=theirs.version)
            return render(request, "conflict.html", context, status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect(customer)
    return page(request, "customers/form.html", {"customer": customer}, form)


@require_http_methods(["GET", "POST"])
def new_contact(request: Request, ref: str) -> HttpResponse:
    require(request.user, Right.MANAGE_CUSTOMERS)
    customer = _fetch(request, ref)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            directory.add_contact(customer, by=request.user, values=form.values())
            return customer.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "customers/contact.html", {"customer": customer}, form)


@require_http_methods(["GET", "POST"])
def edit_contact(request: Request, ref: str, number: int) -> HttpResponse:
    require(request.user, Right.MANAGE_CUSTOMERS)
    customer = _fetch(request, ref)
    contact = get_object_or_404(customer.contacts, number=number)
    form = ContactForm(request.POST or None, initial=ContactForm.stored(contact))
    if request.method == "POST" and form.is_valid():
        try:
            directory.change_contact(contact, by=request.user, values=form.values())
        except ValidationError as problem:
            form.add_error(None, problem)
            contact.refresh_from_db()
        else:
            return redirect(customer)
    return page(request, "customers/contact.html", {"customer": customer, "contact": contact}, form)
