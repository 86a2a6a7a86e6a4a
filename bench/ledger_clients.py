"""Fifty clients against one envelope, each a process with its own connection: run by the bench and the test.

`python ledger_clients.py CLIENTS COMMITS` fills the database of DATABASE_URL (SQLite in MAILLAGE_HOME when
there is none). Prints what was granted and refused, what the ledger then holds, and the time taken.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
import traceback
from decimal import Decimal

AMOUNT = Decimal("7.77")
AUTHORISED = Decimal("1000.00")
MOVED = Decimal("1.11")


def client(rank: int, commits: int, first: int, second: int) -> dict[str, object]:
    """Commit on one envelope, each request made twice, while money crosses between it and another."""
    from maillage.accounts.models import Authority
    from maillage.budget import ledger
    from maillage.budget.actions import transfer_authorisation
    from maillage.budget.models import Envelope
    from maillage.kit.console import Refused

    done: dict[str, object] = {"granted": 0, "refused": 0, "different": 0, "errors": []}
    one, other = Envelope.objects.get(pk=first), Envelope.objects.get(pk=second)
    source, target = (one, other) if rank % 2 else (other, one)
    subject = Authority.objects.get()
    for number in range(commits):
        request = {"envelope": one, "amount": AMOUNT, "subject": subject, "key": f"{rank}-{number}"}
        try:
            entry = ledger.commit(**request, by=None)
            done["different"] += ledger.commit(**request, by=None) != entry
            done["granted"] += 1
        except Refused:
            done["refused"] += 1
        except Exception:
            done["errors"].append(traceback.format_exc())
    try:
        transfer_authorisation(source=source, target=target, amount=MOVED, decision="D", by=None)
    except Refused:
        pass
    except Exception:
        done["errors"].append(traceback.format_exc())
    return done


def main(clients: int, commits: int) -> None:
    import django

    django.setup()
    from django.db import connections

    from maillage.accounts.actions import create_authority
    from maillage.budget import balances
    from maillage.budget.actions import open_envelope, vote_authorisation
    from maillage.kit.console import prepare_database

    prepare_database()
    here = create_authority(territory="departement:00", name="Département fictif")
    fields = {"authority": here, "section": "operating", "first_year": 2026, "last_year": 2028, "by": None}
    pair = [open_envelope(label=label, **fields) for label in ("Bourses", "Accueil")]
    for envelope in pair:
        vote_authorisation(envelope=envelope, amount=AUTHORISED, decision="D", by=None)
    connections.close_all()
    work = [(rank, commits, pair[0].pk, pair[1].pk) for rank in range(clients)]
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        start = time.perf_counter()
        answers = pool.starmap(client, work, chunksize=1)
        seconds = time.perf_counter() - start
    held = balances.of(pair)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "amount": str(AMOUNT),
                "voted": str(AUTHORISED),
                "moved": str(MOVED),
                **{name: sum(answer[name] for answer in answers) for name in ("granted", "refused")},
                "different": sum(answer["different"] for answer in answers),
                "errors": [error for answer in answers for error in answer["errors"]],
                "authorised": [str(held[envelope.pk].authorised) for envelope in pair],
                "committed": [str(held[envelope.pk].committed) for envelope in pair],
            }
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
