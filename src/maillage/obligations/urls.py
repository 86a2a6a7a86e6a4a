from django.urls import path, re_path

from maillage.obligations import views

app_name = "obligations"
FORMAT = "(?P<fmt>csv|xlsx|ods)"

urlpatterns = [
    path("engagements/", views.obligations, name="obligations"),
    re_path(rf"^engagements/export\.{FORMAT}$", views.export, name="export"),
    path("engagements/reversements/", views.clawbacks, name="clawbacks"),
    re_path(rf"^engagements/reversements\.{FORMAT}$", views.clawbacks_export, name="clawbacks_export"),
    path("engagements/<int:pk>/", views.obligation, name="obligation"),
    path("engagements/<int:pk>/simulation/", views.simulation, name="simulation"),
    path("engagements/<int:pk>/piece/<int:file>/", views.piece, name="piece"),
    path("engagements/<int:pk>/<slug:slug>/", views.step, name="step"),
    path("engagements/<int:pk>/<slug:slug>/<int:target>/", views.step, name="step_on"),
    path("mes-engagements/<int:pk>/", views.mine, name="mine"),
    path("mes-engagements/<int:pk>/<slug:slug>/", views.my_step, name="my_step"),
    path("mes-engagements/<int:pk>/<slug:slug>/<int:target>/", views.my_step, name="my_step_on"),
]
