from django.urls import path

from maillage.applications.views import applicant

app_name = "applications"

APPLICANT = [
    path("mes-demandes/", applicant.mine, name="mine"),
    path("mes-demandes/compte/<slug:slug>/", applicant.register, name="register"),
    path("mes-demandes/adresse/<str:token>/", applicant.confirm_email, name="confirm_email"),
    path("mes-demandes/commencer/<slug:slug>/<slug:key>/", applicant.start, name="start"),
    path("mes-demandes/pieces/<int:pk>/", applicant.document, name="own_document"),
    path("mes-demandes/pieces/<int:pk>/retirer/", applicant.remove_document, name="remove_document"),
    path("mes-demandes/aides/<int:pk>/retirer/", applicant.remove_aid, name="remove_aid"),
    path("mes-demandes/<int:pk>/", applicant.application, name="application"),
    path("mes-demandes/<int:pk>/formulaire/<slug:key>/", applicant.step, name="step"),
    path("mes-demandes/<int:pk>/joindre/<slug:requirement>/", applicant.attach, name="attach"),
    path("mes-demandes/<int:pk>/aides/", applicant.declare_aid, name="declare_aid"),
    path("mes-demandes/<int:pk>/confirmation/", applicant.send_confirmation, name="send_confirmation"),
    path("mes-demandes/<int:pk>/deposer/", applicant.submit, name="submit"),
    path("mes-demandes/<int:pk>/recepisse/", applicant.receipt, name="receipt"),
    path("mes-demandes/<int:pk>/supprimer/", applicant.discard, name="discard"),
    path("mes-demandes/<int:pk>/correction/", applicant.correction, name="correction"),
    path("mes-demandes/<int:pk>/message/", applicant.message, name="message"),
    path("mes-demandes/<int:pk>/retirer/", applicant.withdraw, name="withdraw"),
]

urlpatterns = [*APPLICANT]
