"""The database itself refuses to change bank details once typed, and a payment once ordered."""

from django.db import migrations

from maillage.kit.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        refuse(
            "payments_account_no_update",
            table="payments_bankaccount",
            on="UPDATE",
            when="NEW.iban <> OLD.iban OR NEW.bic <> OLD.bic OR NEW.holder <> OLD.holder "
            "OR NEW.recipient_id <> OLD.recipient_id",
            message="bank details are archived, never edited",
        ),
        refuse(
            "payments_payment_no_update",
            table="payments_payment",
            on="UPDATE",
            when="NEW.instalment_id <> OLD.instalment_id OR NEW.reference <> OLD.reference "
            "OR (OLD.order_id IS NOT NULL AND (NEW.amount <> OLD.amount "
            "OR NEW.envelope_id <> OLD.envelope_id)) "
            "OR (OLD.iban <> '' AND (NEW.iban <> OLD.iban OR NEW.bic <> OLD.bic OR NEW.holder <> OLD.holder))",
            message="a payment ordered never changes",
        ),
        refuse(
            "payments_payment_no_delete",
            table="payments_payment",
            on="DELETE",
            when="OLD.order_id IS NOT NULL",
            message="a payment ordered is never deleted",
        ),
    ]
