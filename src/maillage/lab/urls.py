"""Addresses of the laboratory."""

from django.urls import path, re_path

from maillage.lab.views import evaluation, forecast, results, scenarios, siting

app_name = "lab"

urlpatterns = [
    path("laboratoire/", scenarios.scenarios, name="scenarios"),
    path("laboratoire/scenarios/nouveau/", scenarios.new, name="new"),
    path("laboratoire/scenarios/comparer/", scenarios.compare, name="compare"),
    path("laboratoire/scenarios/<int:pk>/", scenarios.scenario, name="scenario"),
    path("laboratoire/scenarios/<int:pk>/ajouter/", scenarios.add, name="add"),
    path("laboratoire/scenarios/<int:pk>/hypotheses/", scenarios.assumptions, name="assumptions"),
    path("laboratoire/scenarios/<int:pk>/copier/", scenarios.copy, name="copy"),
    path("laboratoire/scenarios/<int:pk>/ranger/", scenarios.archive, name="archive"),
    path("laboratoire/scenarios/<int:pk>/mesure/", scenarios.measure, name="measure"),
    path("laboratoire/scenarios/<int:pk>/scenario.pdf", scenarios.pdf, name="scenario_pdf"),
    re_path(
        r"^laboratoire/scenarios/(?P<pk>[0-9]+)/communes\.(?P<fmt>csv|xlsx|ods)$",
        scenarios.export,
        name="export",
    ),
    path("laboratoire/changements/<int:pk>/", scenarios.change, name="change"),
    path("laboratoire/changements/<int:pk>/deplacer/", scenarios.move, name="move"),
    path("laboratoire/changements/<int:pk>/retirer/", scenarios.remove, name="remove"),
    path("laboratoire/prevoir/", forecast.new, name="forecast"),
    path("laboratoire/evaluer/", evaluation.new, name="evaluate"),
    path("laboratoire/implanter/", siting.new, name="site"),
    path("laboratoire/resultats/<int:pk>/scenario/", siting.scenario, name="site_scenario"),
    path("laboratoire/resultats/", results.results, name="results"),
    path("laboratoire/resultats/<int:pk>/", results.result, name="result"),
    path("laboratoire/resultats/<int:pk>/resultat.pdf", results.pdf, name="result_pdf"),
    re_path(
        r"^laboratoire/resultats/(?P<pk>[0-9]+)/tableau\.(?P<fmt>csv|xlsx|ods)$",
        results.export,
        name="result_export",
    ),
]
