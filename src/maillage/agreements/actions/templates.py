"""The Word templates of an authority."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.acts.filling import Unusable, fill_docx
from maillage.agreements import variables
from maillage.agreements.models import Template
from maillage.files.actions import keep
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_BYTES = 10 * 1024 * 1024


@transaction.atomic
def add_template(
    *, authority: Authority, label: str, upload: UploadedFile, by: User | None, scheme_key: str = ""
) -> Template:
    """Put a Word template in use, for one scheme or for all, in place of the one before.

    It is filled with an example at once: a wrong variable is refused by its name.
    """
    require(by, Right.MANAGE_AGREEMENTS, authority)
    if upload.size and upload.size > MAX_BYTES:
        raise Refused("Ce modèle dépasse 10 Mo : réduisez ses images.")
    content = b"".join(upload.chunks())
    try:
        fill_docx(content, variables.example())
    except Unusable as error:
        raise Refused(str(error)) from error
    replaced = Template.objects.active().filter(authority=authority, scheme_key=scheme_key)
    replaced.update(archived_at=clock.now())
    file = keep(content=content, name=f"{label[:140]}.docx", media_type=DOCX, authority=authority, by=by)
    template = Template(
        authority=authority, scheme_key=scheme_key, label=label.strip(), file=file, added_by=by
    )
    save(template)
    sentence = f"Modèle de convention mis en service : {template}."
    record("add_template", sentence, by=by, authority=authority, about=template)
    return template


@transaction.atomic
def archive_template(*, template: Template, by: User | None) -> Template:
    """Take a template out of use: the program's own serves again."""
    require(by, Right.MANAGE_AGREEMENTS, template.authority)
    if template.archived_at is None:
        template.archived_at = clock.now()
        save(template)
        sentence = f"Modèle de convention archivé : {template}."
        record("archive_template", sentence, by=by, authority=template.authority, about=template)
    return template
