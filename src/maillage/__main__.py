"""`python -m maillage` is the same as `maillage`."""

from maillage.site.cli import main

main()
