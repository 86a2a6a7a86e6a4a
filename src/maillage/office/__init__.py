"""The back-office shell: my day, imports, jobs, settings."""
