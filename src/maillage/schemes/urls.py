"""Addresses of the schemes: aids as anyone reads them, dispositifs as the office writes them."""

from django.urls import path, re_path

from maillage.schemes.views import drafting, office, public

app_name = "schemes"
urlpatterns = [
    path("aides/suggestions/communes/", public.communes, name="communes"),
    path("aides/<slug:slug>/", public.catalogue, name="catalogue"),
    path("aides/<slug:slug>/<slug:key>/", public.aid, name="aid"),
    path("aides/<slug:slug>/<slug:key>/eligibilite/", public.eligibility, name="eligibility"),
    path("dispositifs/", office.schemes, name="list"),
    re_path(r"^dispositifs/export\.(?P<fmt>csv|xlsx|ods)$", office.export, name="export"),
    path("dispositifs/nouveau/", office.create, name="create"),
    path("dispositifs/<int:pk>/", office.scheme, name="scheme"),
    path("dispositifs/<int:pk>/presentation/", office.present, name="present"),
    path("dispositifs/<int:pk>/clore/", office.close, name="close"),
    path("dispositifs/<int:pk>/brouillon/", office.draft, name="draft"),
    path("dispositifs/versions/<int:pk>/", office.version, name="version"),
    path("dispositifs/versions/<int:pk>/essai/", drafting.trial, name="trial"),
    path("dispositifs/versions/<int:pk>/abandonner/", office.discard, name="discard"),
    path("dispositifs/versions/<int:pk>/publier/", office.publication, name="publish"),
    path("dispositifs/versions/<int:pk>/modifier/", drafting.editor, name="editor"),
    path(
        "dispositifs/versions/<int:pk>/modifier/conditions/<int:rank>/", drafting.criterion, name="criterion"
    ),
    path(
        "dispositifs/versions/<int:pk>/modifier/conditions/<int:rank>/changer/",
        drafting.criterion_change,
        name="criterion_change",
    ),
    path("dispositifs/versions/<int:pk>/modifier/<slug:slug>/", drafting.section, name="section"),
]
