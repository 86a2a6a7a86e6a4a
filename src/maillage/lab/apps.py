from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "maillage.lab"
    label = "lab"
