from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "maillage.kit"
    label = "kit"
