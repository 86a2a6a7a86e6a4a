from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "maillage.obligations"
    label = "obligations"

    def ready(self) -> None:
        from maillage.agreements.registry import on_end, on_signature
        from maillage.applications.awaited import awaited
        from maillage.applications.sections import section
        from maillage.obligations import sections
        from maillage.obligations.actions import close_with_agreement, open_obligation

        on_signature(open_obligation)
        on_end(close_with_agreement)
        awaited(sections.awaited)
        section("engagement", title="Engagement d'exercice", render=sections.obligation)
