from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "maillage.payments"
    label = "payments"

    def ready(self) -> None:
        """Show payments on the page of an application."""
        from maillage.applications.sections import section
        from maillage.payments.sections import payments_section

        section("paiements", title="Paiements", render=payments_section)
