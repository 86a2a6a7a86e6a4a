from django.urls import path

from maillage.applications.views import applicant, calls, listing, officer, opinions

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

OFFICER = [
    path("dossiers/", listing.dossiers, name="dossiers"),
    path("dossiers/export/<slug:fmt>/", listing.dossiers_export, name="dossiers_export"),
    path("dossiers/lot/", listing.dossiers_bulk, name="dossiers_bulk"),
    path("dossiers/transmettre/", listing.hand_over, name="hand_over"),
    path("dossiers/<int:pk>/", officer.dossier, name="dossier"),
    path("dossiers/<int:pk>/agir/<slug:verb>/", officer.act, name="act"),
    path("dossiers/<int:pk>/pieces/<int:document>/", officer.document, name="document"),
    path("dossiers/<int:pk>/<slug:tab>/", officer.dossier, name="dossier_tab"),
    path("avis-demandes/", opinions.opinions, name="opinions"),
    path("avis-demandes/<int:pk>/", opinions.opinion, name="opinion"),
    path("appels/", calls.calls, name="calls"),
    path("appels/nouveau/", calls.create, name="call_create"),
    path("appels/<int:pk>/", calls.call, name="call"),
    path("appels/<int:pk>/modifier/", calls.edit, name="call_edit"),
    path("appels/<int:pk>/publier/", calls.publish, name="call_publish"),
    path("appels/<int:pk>/repousser/", calls.extend, name="call_extend"),
    path("appels/<int:pk>/annuler/", calls.cancel, name="call_cancel"),
]

urlpatterns = [*APPLICANT, *OFFICER]
