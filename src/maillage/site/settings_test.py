"""Settings of the tests: nothing of the installation is touched, every slip is an error."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Before the settings are read: they make MAILLAGE_HOME.
os.environ["MAILLAGE_HOME"] = tempfile.mkdtemp(prefix="maillage-test-")

from maillage.site.settings import *  # noqa: F403
from maillage.site.settings import TEMPLATES

HOME = Path(os.environ["MAILLAGE_HOME"])
# WhiteNoise warns of a missing folder at the first request.
(HOME / "static").mkdir(exist_ok=True)
SECRET_KEY = "tests"
DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
AXES_ENABLED = False


class UndefinedVariable(str):
    """A template variable that does not exist fails the test instead of showing nothing."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")  # type: ignore[index]
