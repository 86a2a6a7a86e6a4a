"""All addresses of the program, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("maillage.portal.urls")),
    path("", include("maillage.accounts.urls")),
    path("", include("maillage.diagnosis.urls")),
    path("bureau/", include("maillage.office.urls")),
]
