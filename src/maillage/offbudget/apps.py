from django.apps import AppConfig


class OffbudgetConfig(AppConfig):
    name = "maillage.offbudget"
    label = "offbudget"
