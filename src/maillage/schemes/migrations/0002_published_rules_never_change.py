"""The database itself refuses to change the rules of a published version, or a judgement given."""

from django.db import migrations

from maillage.kit.triggers import refuse

PUBLISHED = "a published version never changes"
GIVEN = "a judgement never changes"
# Once published, a version may only be replaced, once.
CHANGED = (
    "OLD.state <> 'draft' AND ("
    "NEW.rules <> OLD.rules OR NEW.number <> OLD.number OR NEW.scheme_id <> OLD.scheme_id "
    "OR NEW.decision <> OLD.decision OR NEW.published_at <> OLD.published_at "
    "OR NEW.published_at IS NULL OR NEW.state = 'draft' "
    "OR (OLD.state = 'replaced' AND NEW.state <> 'replaced'))"
)


class Migration(migrations.Migration):
    dependencies = [("schemes", "0001_initial")]
    operations = [
        refuse(
            "schemes_version_no_change",
            table="schemes_schemeversion",
            on="UPDATE",
            when=CHANGED,
            message=PUBLISHED,
        ),
        refuse(
            "schemes_version_no_delete",
            table="schemes_schemeversion",
            on="DELETE",
            when="OLD.state <> 'draft'",
            message=PUBLISHED,
        ),
        refuse("schemes_judgement_no_update", table="schemes_judgement", on="UPDATE", message=GIVEN),
    ]
