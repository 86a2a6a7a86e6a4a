from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "maillage.payments"
    label = "payments"

    def ready(self) -> None:
        """Show payments on the page of an application."""
        from maillage.applications.awaited import awaited
        from maillage.applications.sections import section
        from maillage.payments.sections import awaited as account_awaited
        from maillage.payments.sections import payments_section

        awaited(account_awaited)
        section("paiements", title="Paiements", render=payments_section)
