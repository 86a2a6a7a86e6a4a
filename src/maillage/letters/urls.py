from django.urls import path, re_path

from maillage.letters import views

app_name = "letters"
urlpatterns = [
    path("", views.letters, name="letters"),
    re_path(r"^export/(?P<fmt>csv|xlsx|ods)/$", views.export, name="export"),
    path("envoyer/", views.send_selected, name="send_selected"),
    path("<int:pk>/", views.letter, name="letter"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/envoyer/", views.send, name="send"),
    path("<int:pk>/courriel/", views.deliver, name="deliver"),
    path("<int:pk>/suivi/", views.track, name="track"),
    path("<int:pk>/annuler/", views.cancel, name="cancel"),
]
