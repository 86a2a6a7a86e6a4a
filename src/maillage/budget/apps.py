from django.apps import AppConfig


class BudgetConfig(AppConfig):
    name = "maillage.budget"
    label = "budget"
