from django.urls import path, re_path

from maillage.agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreements, name="agreements"),
    re_path(r"^export/(?P<fmt>csv|xlsx|ods)/$", views.export, name="export"),
    path("modeles/", views.templates, name="templates"),
    path("modeles/essai/", views.template_try, name="template_try"),
    path("modeles/<int:pk>/archiver/", views.template_archive, name="template_archive"),
    path("preparer/<int:pk>/", views.prepare, name="prepare"),
    path("avenants/<int:pk>/", views.amendment, name="amendment"),
    path("avenants/<int:pk>/acte/", views.amendment_file, name="amendment_file"),
    path("avenants/<int:pk>/abandonner/", views.amendment_cancel, name="amendment_cancel"),
    path("justificatifs/<int:pk>/", views.proof_file, name="proof_file"),
    path("justificatifs/<int:pk>/accepter/", views.proof_accept, name="proof_accept"),
    path("justificatifs/<int:pk>/refuser/", views.proof_refuse, name="proof_refuse"),
    path("<int:pk>/", views.agreement, name="agreement"),
    path("<int:pk>/acte/", views.act, name="act"),
    path("<int:pk>/word/", views.docx, name="docx"),
    path("<int:pk>/exemplaire-signe/", views.signed_copy, name="signed_copy"),
    path("<int:pk>/avenant/<slug:kind>/", views.amendment_new, name="amendment_new"),
    path("<int:pk>/<slug:slug>/", views.operation, name="operation"),
]
