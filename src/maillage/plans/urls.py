from django.urls import path, re_path

from maillage.plans import views

app_name = "plans"
urlpatterns = [
    path("", views.plans, name="plans"),
    path("<int:pk>/", views.plan, name="plan"),
    re_path(r"^(?P<pk>[0-9]+)/mesures\.(?P<fmt>csv|xlsx|ods)$", views.export, name="export"),
    path("<int:pk>/decisions/", views.new_decision, name="new_decision"),
    path("mesures/<int:pk>/", views.measure, name="measure"),
    path("mesures/<int:pk>/etat/", views.status, name="status"),
    path("mesures/<int:pk>/responsable/", views.owner, name="owner"),
    path("mesures/<int:pk>/releves/", views.reading, name="reading"),
    path("jalons/<int:pk>/", views.milestone, name="milestone"),
]
