from django.urls import path, re_path

from maillage.committees.views import arbitration, committees, decisions, sessions

app_name = "committees"
FORMAT = "(?P<fmt>csv|xlsx|ods)"

urlpatterns = [
    path("seances/", sessions.sessions, name="sessions"),
    re_path(rf"^seances/seances\.{FORMAT}$", sessions.sessions_export, name="sessions_export"),
    path("seances/nouvelle/", sessions.session_new, name="session_new"),
    path("seances/comites/", committees.committees, name="committees"),
    path("seances/comites/<int:pk>/", committees.committee, name="committee"),
    path("seances/comites/<int:pk>/modifier/", committees.committee_edit, name="committee_edit"),
    path("seances/membres/<int:pk>/fin/", committees.member_end, name="member_end"),
    path("seances/<int:pk>/", sessions.session, name="session"),
    path("seances/<int:pk>/ordre-du-jour/", sessions.agenda, name="agenda"),
    re_path(r"^seances/(?P<pk>[0-9]+)/(?P<verb>convoquer|ouvrir|clore)/$", sessions.act, name="act"),
    path("seances/<int:pk>/annuler/", sessions.cancel, name="cancel"),
    path("seances/<int:pk>/presences/", sessions.attendance, name="attendance"),
    path("seances/<int:pk>/dossier.pdf", sessions.pack, name="pack"),
    path("seances/<int:pk>/proces-verbal.pdf", sessions.minutes, name="minutes"),
    path("seances/<int:pk>/dossiers/<int:item>/retirer/", sessions.delist, name="delist"),
    path("seances/<int:pk>/dossiers/<int:item>/avis/", sessions.opinion, name="opinion"),
    path("seances/<int:pk>/dossiers/<int:item>/deport/", sessions.withdrawal, name="withdrawal"),
    path("seances/<int:pk>/dossiers/<int:item>/montant/", arbitration.amount, name="amount"),
    path("seances/<int:pk>/arbitrage/", arbitration.arbitration, name="arbitration"),
    path("seances/<int:pk>/scenarios/", arbitration.scenarios, name="scenarios"),
    path("seances/<int:pk>/scenarios/ajouter/", arbitration.scenario_add, name="scenario_add"),
    re_path(
        r"^seances/(?P<pk>[0-9]+)/scenarios/(?P<scenario>[0-9]+)/(?P<verb>retenir|supprimer)/$",
        arbitration.scenario_act,
        name="scenario_act",
    ),
    path("decisions/", decisions.decisions, name="decisions"),
    re_path(rf"^decisions/decisions\.{FORMAT}$", decisions.decisions_export, name="decisions_export"),
    path("decisions/voter/", decisions.vote, name="vote"),
    path("decisions/transmettre/", decisions.transmit, name="transmit"),
    path("decisions/publier/", decisions.publish, name="publish"),
    path("decisions/notifier/", decisions.notify_selected, name="notify_selected"),
    path("decisions/proposer/<int:pk>/", decisions.propose, name="propose"),
    path("decisions/<int:pk>/", decisions.decision, name="decision"),
    path("decisions/<int:pk>/courrier/", decisions.prepare, name="prepare"),
    path("decisions/<int:pk>/notifier/", decisions.notify, name="notify"),
    path("decisions/<int:pk>/retirer/", decisions.withdraw, name="withdraw"),
]
