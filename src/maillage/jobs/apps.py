from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "maillage.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Read the `jobs.py` of every room, where it registers its long work."""
        autodiscover_modules("jobs")
