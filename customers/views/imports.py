"""A customer file for the directory: file, check, done."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.roles import Right, require
from core.views import page
from customers.forms import FileForm
from customers.models import Import
from customers.selectors import checked
from customers.services import imports


@require_http_methods(["GET", "POST"])
def upload(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_CUSTOMERS)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > imports.MOST_BYTES:
                raise ValidationError(
                    _("The file is larger than %(limit)d kB. Split it.") % {"limit": imports.MOST_BYTES // 1024}
                )
            result = imports.check(file.read(), file_name=file.name, by=request.user)
        except ValidationError as problem:
            form.add_error("file", problem)
        else:
            return redirect("import_check", result.pk)
    return page(request, "customers/import.html", {}, form)


@require_http_methods(["GET", "POST"])
def check(request: Request, import_id: str) -> HttpResponse:
    """Nothing is written before the button on this page."""
    require(request.user, Right.MANAGE_CUSTOMERS)
    import_ = get_object_or_404(Import, pk=import_id, scope="", added_by=request.user)
    if request.method == "POST":
        try:
            applied = imports.apply(import_, by=request.user)
        except ValidationError as problem:  # the directory changed since the check
            messages.error(request, problem.messages[0])
            return redirect("import")
        if applied:
            words = ngettext("%(n)d customer is written.", "%(n)d customers are written.", len(applied))
            messages.success(request, words % {"n": len(applied)})
        return redirect("customers")
    return render(request, "customers/import_check.html", {"import": import_, "checked": checked(import_)})
