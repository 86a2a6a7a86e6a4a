from django.urls import path

from maillage.offbudget import views

app_name = "offbudget"
urlpatterns = [
    path("garanties/", views.guarantees, name="guarantees"),
    path("garanties/nouvelle/", views.guarantee_new, name="guarantee_new"),
    path("garanties/ratios/", views.guarantee_year, name="guarantee_year"),
    path("garanties/export.<slug:fmt>", views.guarantees_export, name="guarantees_export"),
    path("garanties/<int:pk>/", views.guarantee, name="guarantee"),
    path("garanties/<int:pk>/accorder/", views.guarantee_grant, name="guarantee_grant"),
    path("garanties/<int:pk>/refuser/", views.guarantee_refuse, name="guarantee_refuse"),
    path("garanties/<int:pk>/appeler/", views.guarantee_call, name="guarantee_call"),
    path("garanties/<int:pk>/eteindre/", views.guarantee_end, name="guarantee_end"),
    path("exonerations/", views.exemptions, name="exemptions"),
    path("exonerations/nouvelle/", views.exemption_new, name="exemption_new"),
    path("exonerations/export.<slug:fmt>", views.exemptions_export, name="exemptions_export"),
    path("exonerations/<int:pk>/", views.exemption, name="exemption"),
]
