from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "maillage.obligations"
    label = "obligations"
