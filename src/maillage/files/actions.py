"""Receiving files, checking them, keeping what the program writes, erasing what nobody needs any more."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.files.content import BY_MEDIA_TYPE, KINDS, Kind, labels, recognise
from maillage.files.models import StoredFile, private_storage
from maillage.files.names import cleaned
from maillage.files.scanner import Unreachable, scan
from maillage.jobs.actions import enqueue
from maillage.jobs.models import Job
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.text import number

CHECK = "check_files"
MEGABYTE = 1024 * 1024
# How long a file may wait to be attached to something: the time of filling in a form, several times over.
UNATTACHED_FOR = timedelta(days=30)


@transaction.atomic
def receive(
    *,
    upload: UploadedFile,
    authority: Authority,
    by: User | None,
    accepted: tuple[str, ...] = ("pdf", "jpeg", "png"),
    max_mb: int = 10,
) -> StoredFile:
    """Take in a file that someone sends. It stays in quarantine until `check` accepts it.

    The caller has checked that this person may send it. `accepted` are slugs of `content.KINDS`.
    Raises Refused when it is empty, too heavy, of another kind by its content, dangerous or broken.
    """
    if not upload.size:
        raise Refused("Ce fichier est vide : vérifiez qu'il s'ouvre, puis renvoyez-le.")
    if upload.size > max_mb * MEGABYTE:
        raise Refused(
            f"Ce fichier pèse {number(upload.size / MEGABYTE, 1)} Mo, la limite est de {max_mb} Mo : "
            "réduisez-le ou découpez-le."
        )
    content = b"".join(upload.chunks())
    kind = _wanted(content, accepted)
    name = cleaned(upload.name or "", kind)
    kind.check(content)
    file = _store(content, name, kind.media_type, authority, by, StoredFile.State.QUARANTINED)
    record("receive_file", f"Fichier reçu : {name}.", by=by, authority=authority, about=file)
    _ask_for_check()
    file.refresh_from_db()
    return file


def _ask_for_check() -> None:
    """Have what is in quarantine checked soon. One job waits at a time: it will find this file as well.

    Holding the row of the waiting job keeps a worker from starting it before this file is written.
    """
    if not Job.objects.select_for_update().filter(kind=CHECK, state=Job.State.QUEUED).first():
        enqueue(kind=CHECK, by=None)


@transaction.atomic
def keep(*, content: bytes, name: str, media_type: str, authority: Authority, by: User | None) -> StoredFile:
    """Keep a file that the program itself wrote: it can be used at once."""
    file = _store(content, name, media_type, authority, by, StoredFile.State.ACCEPTED)
    record("keep_file", f"Fichier produit : {name}.", by=by, authority=authority, about=file)
    return file


def check(*, file: StoredFile) -> StoredFile:
    """Accept or refuse a file in quarantine; one already judged is left as it is.

    Its content is read again from the disk (checksum, kind, structure), then shown to the virus scanner
    when MAILLAGE_CLAMD says where it is. Raises Refused when the scanner cannot be reached: the file stays
    in quarantine and says so.
    """
    if file.state != StoredFile.State.QUARANTINED or file.purged_at is not None:
        return file
    try:
        reason = _fault(file)
    except Unreachable as error:
        waiting = "L'antivirus est injoignable : ce fichier attend d'être vérifié."
        StoredFile.objects.quarantined().update(reason=waiting)
        raise Refused(
            f"L'antivirus est injoignable ({error}) : vérifiez qu'il est en marche et que MAILLAGE_CLAMD "
            "donne son adresse, puis lancez « maillage files check »."
        ) from error
    return _judge(file, reason)


@transaction.atomic
def _judge(file: StoredFile, reason: str) -> StoredFile:
    """Write the verdict, once: two checks at the same time give one event."""
    state = StoredFile.State.REFUSED if reason else StoredFile.State.ACCEPTED
    changed = StoredFile.objects.quarantined().filter(pk=file.pk).update(state=state, reason=reason[:300])
    file.refresh_from_db()
    if changed:
        sentence = f"Fichier refusé : {file.name}. {reason}" if reason else f"Fichier accepté : {file.name}."
        verb = "refuse_file" if reason else "accept_file"
        record(verb, sentence, by=None, authority=file.authority, about=file)
    return file


@transaction.atomic
def purge(*, file: StoredFile, reason: str, by: User | None) -> StoredFile:
    """Erase the content of a file for good; what is known of it stays. Erased twice is erased once.

    The caller has checked the right; `reason` says why, as a clause (« durée de conservation écoulée »).
    """
    locked = StoredFile.objects.select_for_update().get(pk=file.pk)
    if locked.purged_at is not None:
        return locked
    locked.purged_at = clock.now()
    locked.save(update_fields=["purged_at"])
    storage, stored = locked.file.storage, str(locked.file.name)
    transaction.on_commit(lambda: storage.delete(stored))
    record(
        "purge_file", f"Fichier effacé : {file.name} ({reason}).", by=by, authority=file.authority, about=file
    )
    return locked


def discard_unattached(*, by: User | None = None) -> list[StoredFile]:
    """Erase what was received a month ago or more and that nothing points to."""
    forgotten = StoredFile.objects.unattached(before=clock.now() - UNATTACHED_FOR).order_by("pk")
    return [purge(file=file, reason="rattaché à rien depuis un mois", by=by) for file in forgotten]


def discard_strays() -> int:
    """Erase the contents that no row knows, left by requests that failed half-way. Returns how many.

    Those of the last day are left alone: their row may be about to be written.
    """
    storage, erased = private_storage(), 0
    root = Path(storage.path(""))
    limit = (clock.now() - timedelta(days=1)).timestamp()
    known = set(StoredFile.objects.filter(purged_at__isnull=True).values_list("file", flat=True))
    for path in [path for path in root.rglob("*") if path.is_file()]:
        if path.relative_to(root).as_posix() not in known and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            erased += 1
    return erased


def _wanted(content: bytes, accepted: tuple[str, ...]) -> Kind:
    kind = recognise(content)
    if kind is None or kind.slug not in accepted:
        found = (
            f"Ce fichier est en réalité de type {kind.label}"
            if kind
            else "Ce type de fichier n'est pas connu"
        )
        raise Refused(f"{found} : envoyez un fichier {labels(accepted)}.")
    return KINDS[kind.slug]


def _fault(file: StoredFile) -> str:
    """What is wrong with a file, in a sentence; "" when nothing is. Raises Unreachable."""
    try:
        with file.file.open("rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        return "Le contenu de ce fichier a disparu : envoyez-le de nouveau."
    if hashlib.sha256(content).hexdigest() != file.sha256:
        return "Le contenu de ce fichier a changé depuis sa réception : envoyez-le de nouveau."
    try:
        BY_MEDIA_TYPE[file.media_type].check(content)
    except Refused as refusal:
        return str(refusal)
    virus = scan(content, settings.CLAMD) if settings.CLAMD else ""
    return f"L'antivirus y a trouvé « {virus} » : nettoyez votre poste, puis renvoyez-le." if virus else ""


def _store(
    content: bytes, name: str, media_type: str, authority: Authority, by: User | None, state: StoredFile.State
) -> StoredFile:
    file = StoredFile(
        authority=authority,
        name=name[:150],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        state=state,
        received_by=by,
    )
    file.file.save(name, ContentFile(content), save=False)
    file.save()
    return file
