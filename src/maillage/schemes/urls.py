from django.urls import path

from maillage.schemes.views import public

app_name = "schemes"
urlpatterns = [
    path("aides/suggestions/communes/", public.communes, name="communes"),
    path("aides/<slug:slug>/", public.catalogue, name="catalogue"),
    path("aides/<slug:slug>/<slug:key>/", public.aid, name="aid"),
    path("aides/<slug:slug>/<slug:key>/eligibilite/", public.eligibility, name="eligibility"),
]
