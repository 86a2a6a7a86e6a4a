from django.apps import AppConfig


class SchemesConfig(AppConfig):
    name = "maillage.schemes"
    label = "schemes"
