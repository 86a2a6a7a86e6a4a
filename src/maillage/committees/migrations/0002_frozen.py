"""The database itself refuses to change what a closed session decided, and a decision once taken."""

from django.db import migrations

from maillage.kit.triggers import refuse

SESSION = "a closed session never changes"
DECISION = "a decision taken never changes"


class Migration(migrations.Migration):
    dependencies = [("committees", "0001_initial")]
    operations = [
        refuse(
            "committees_session_no_update",
            table="committees_session",
            on="UPDATE",
            when="OLD.state = 'closed'",
            message=SESSION,
        ),
        refuse(
            "committees_session_no_delete",
            table="committees_session",
            on="DELETE",
            when="OLD.state = 'closed'",
            message=SESSION,
        ),
        refuse(
            "committees_item_no_update",
            table="committees_agendaitem",
            on="UPDATE",
            when="OLD.frozen_at IS NOT NULL",
            message=SESSION,
        ),
        refuse(
            "committees_item_no_delete",
            table="committees_agendaitem",
            on="DELETE",
            when="OLD.frozen_at IS NOT NULL",
            message=SESSION,
        ),
        refuse(
            "committees_decision_no_update",
            table="committees_decision",
            on="UPDATE OF application_id, envelope_id, outcome, amount, reasons, body, number, taken_on",
            when="OLD.state <> 'proposed'",
            message=DECISION,
        ),
        refuse(
            "committees_decision_no_delete",
            table="committees_decision",
            on="DELETE",
            when="OLD.state <> 'proposed'",
            message=DECISION,
        ),
    ]
