"""The front door: every wing's addresses, and the pages of errors."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("customers.urls")),
    path("", include("notifications.urls")),
    path("", include("incidents.urls")),
    path("", include("dashboard.urls")),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
