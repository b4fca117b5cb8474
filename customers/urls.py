from django.urls import path

from customers.views import directory, imports

urlpatterns = [
    path("customers/", directory.index, name="customers"),
    path("customers/new/", directory.new, name="new_customer"),
    path("customers/import/", imports.upload, name="import"),
    path("customers/import/<uuid:import_id>/", imports.check, name="import_check"),
    path("customers/<str:ref>/", directory.detail, name="customer"),
    path("customers/<str:ref>/edit/", directory.edit, name="edit_customer"),
    path("customers/<str:ref>/contacts/new/", directory.new_contact, name="new_contact"),
    path("customers/<str:ref>/contacts/<number:number>/", directory.edit_contact, name="edit_contact"),
]
