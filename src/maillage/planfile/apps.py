from django.apps import AppConfig


class PlanfileConfig(AppConfig):
    name = "maillage.planfile"
    label = "planfile"
