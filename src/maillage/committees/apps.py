from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "maillage.committees"
    label = "committees"

    def ready(self) -> None:
        from maillage.applications.sections import section
        from maillage.committees import sections
        from maillage.committees.actions import letter_sent
        from maillage.letters.registry import on_sent

        section("decision", title="Comité et décision", render=sections.decision)
        on_sent(letter_sent)
