"""Agreements, amendments and the instalments they plan."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "maillage.agreements"
    label = "agreements"

    def ready(self) -> None:
        from maillage.agreements.history import signed_aids
        from maillage.agreements.sections import awaited as agreement_awaited
        from maillage.agreements.sections import render
        from maillage.applications.awaited import awaited
        from maillage.applications.registry import history
        from maillage.applications.sections import section

        history(signed_aids)
        awaited(agreement_awaited)
        section("convention", title="Convention", render=render)
