from django.urls import path

from maillage.accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.SignIn.as_view(), name="sign_in"),
    path("connexion/demonstration/", views.enter_demo, name="enter_demo"),
    path("deconnexion/", views.sign_out, name="sign_out"),
    path("mot-de-passe/", views.password_change, name="password_change"),
    path("collectivite/choisir/", views.choose_authority, name="choose_authority"),
    path("collectivite/<slug:slug>/theme.css", views.theme, name="theme"),
    path("collectivite/<slug:slug>/logo.png", views.logo, name="logo"),
]
