from django.urls import path

from maillage.payments.views import accounts, batches, forecast, payable, returns

app_name = "payments"
urlpatterns = [
    path("", payable.payable, name="payable"),
    path("export.<slug:fmt>", payable.export, name="payable_export"),
    path("preparer/", payable.prepare, name="prepare"),
    path("previsions/", forecast.forecast, name="forecast"),
    path("previsions/export.<slug:fmt>", forecast.export, name="forecast_export"),
    path("bordereaux/", batches.batches, name="batches"),
    path("bordereaux/export.<slug:fmt>", batches.export, name="batches_export"),
    path("bordereaux/<int:pk>/", batches.batch, name="batch"),
    path("bordereaux/<int:pk>/approuver/", batches.approve, name="approve"),
    path("bordereaux/<int:pk>/envoyer/", batches.send, name="send"),
    path("bordereaux/<int:pk>/annuler/", batches.cancel, name="cancel"),
    path("bordereaux/<int:pk>/fichier/<slug:fmt>/", batches.file, name="file"),
    path("bordereaux/<int:pk>/<slug:table>.<slug:fmt>", batches.table, name="table"),
    path("lignes/<int:pk>/retirer/", batches.remove, name="remove"),
    path("retours/", returns.returns, name="returns"),
    path("retours/<int:pk>/", returns.report, name="report"),
    path("retours/<int:pk>/export.<slug:fmt>", returns.export, name="report_export"),
    path("coordonnees/", accounts.accounts, name="accounts"),
    path("coordonnees/<int:pk>/", accounts.account, name="account"),
    path("coordonnees/<int:pk>/lire/", accounts.reveal, name="reveal"),
    path("coordonnees/<int:pk>/rib/", accounts.proof, name="proof"),
    path("coordonnees/<int:pk>/accepter/", accounts.accept, name="accept"),
    path("coordonnees/<int:pk>/refuser/", accounts.refuse, name="refuse"),
    path("coordonnees/<int:pk>/archiver/", accounts.archive, name="archive"),
    path("beneficiaires/<int:pk>/coordonnees/", accounts.add, name="add_account"),
]
