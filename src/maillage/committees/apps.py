from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "maillage.committees"
    label = "committees"
