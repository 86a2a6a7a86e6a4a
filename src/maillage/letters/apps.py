from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "maillage.letters"
    label = "letters"
