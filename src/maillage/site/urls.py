"""All addresses of the program, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("maillage.portal.urls")),
    path("", include("maillage.accounts.urls")),
    path("", include("maillage.diagnosis.urls")),
    path("", include("maillage.schemes.urls")),
    path("", include("maillage.applications.urls")),
    path("", include("maillage.committees.urls")),
    path("budget/", include("maillage.budget.urls")),
    path("bureau/", include("maillage.office.urls")),
    path("", include("maillage.offbudget.urls")),
    path("courriers/", include("maillage.letters.urls")),
    path("plans/fichier/", include("maillage.planfile.urls")),
    path("conventions/", include("maillage.agreements.urls")),
    path("paiements/", include("maillage.payments.urls")),
    path("plans/", include("maillage.plans.urls")),
    path("", include("maillage.obligations.urls")),
    path("", include("maillage.lab.urls")),
]
