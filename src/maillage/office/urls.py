from django.urls import path, re_path

from maillage.office import administration, programme, views

app_name = "office"
urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("plan/", programme.glance, name="glance"),
    re_path(r"^plan/(?P<pk>[0-9]+)\.(?P<fmt>csv|xlsx|ods)$", programme.glance_export, name="glance_export"),
    path("recherche/", programme.search_page, name="search"),
    path("travaux/", views.jobs, name="jobs"),
    path("travaux/<int:pk>/", views.job, name="job"),
    path("travaux/<int:pk>/avancement/", views.job_progress, name="job_progress"),
    path("travaux/<int:pk>/arreter/", views.job_cancel, name="job_cancel"),
    path("travaux/<int:pk>/fichier/", views.job_file, name="job_file"),
    path("imports/", views.imports, name="imports"),
    path("imports/nouveau/", views.upload, name="upload"),
    path("imports/<int:pk>/", views.import_report, name="import_report"),
    path("reglages/", administration.authority_settings, name="settings"),
    path("equipe/", administration.members, name="members"),
    path("equipe/<int:pk>/retirer/", administration.revoke, name="revoke"),
    path("journal/", administration.journal, name="journal"),
]
