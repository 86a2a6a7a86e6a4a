from django.urls import path, re_path

from maillage.budget import views

app_name = "budget"
FORMAT = "(?P<fmt>csv|xlsx|ods)"

urlpatterns = [
    path("", views.overview, name="overview"),
    re_path(rf"^budget\.{FORMAT}$", views.export, name="export"),
    path("nouvelle/", views.new, name="new"),
    path("<int:pk>/", views.envelope, name="envelope"),
    re_path(rf"^(?P<pk>[0-9]+)/ecritures\.{FORMAT}$", views.entries_export, name="entries_export"),
    path("<int:pk>/<slug:slug>/", views.operation, name="operation"),
]
