from django.urls import path

from maillage.planfile import views

app_name = "planfile"
urlpatterns = [
    path("", views.check, name="check"),
    path("charger/", views.load, name="load"),
    path("<int:pk>/", views.export, name="export"),
]
