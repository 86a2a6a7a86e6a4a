from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "maillage.site"
    label = "site"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("maillage.site.checks")
