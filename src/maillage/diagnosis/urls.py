"""Addresses of the diagnosis: plain links that can be shared, every choice in the address."""

from django.urls import path, re_path

from maillage.diagnosis import views

app_name = "diagnosis"
TERRITORY = r"(?P<key>(?:commune|epci|departement|region):[0-9A-Za-z]{1,9}|france)"

urlpatterns = [
    re_path(rf"^diagnostic/{TERRITORY}/$", views.territory_map, name="map"),
    re_path(rf"^diagnostic/{TERRITORY}/chiffres/$", views.figures, name="figures"),
    re_path(rf"^diagnostic/{TERRITORY}/tableau/$", views.table, name="table"),
    re_path(rf"^diagnostic/{TERRITORY}/tableau\.(?P<fmt>csv|xlsx|ods|geojson)$", views.export, name="export"),
    path("donnees-et-methode/", views.method, name="method"),
]
