"""What each page of the diagnosis shows, as plain values. No request, no HTML."""

from maillage.diagnosis.pages.commune import commune_page
from maillage.diagnosis.pages.method import method_page
from maillage.diagnosis.pages.table import file_name, table_page
from maillage.diagnosis.pages.territory import figures_page, map_page
from maillage.diagnosis.pages.wording import headlines

__all__ = [
    "commune_page",
    "figures_page",
    "file_name",
    "headlines",
    "map_page",
    "method_page",
    "table_page",
]
