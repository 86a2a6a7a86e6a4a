"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.site.settings")
application = get_wsgi_application()

# Imported only now: models need the applications that the line above makes ready. The addresses bring the
# views and the numerical libraries with them: better before the server forks than at the first request.
import maillage.site.urls  # noqa: E402, F401
from maillage.diagnosis.warming import warm_up  # noqa: E402

warm_up()
