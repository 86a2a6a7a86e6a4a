"""Settings, urls, entry points, base templates, static files."""
