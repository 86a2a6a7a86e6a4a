"""A small fictional plan file, for the tests of the room."""

from __future__ import annotations

TEXT = '''\
# A comment nobody keeps.
[plan]
key = "plan-sante"
title = "Plan santé"
objective = """Soigner partout, \\
et pour tous."""
authority = "departement:00"
authority_name = "Département fictif"
first_year = 2026
last_year = 2028
announced_amount = "à définir"

[[axes]]
key = "former"
title = "Former"

[[axes.measures]]
key = "bourses"
title = "Verser des bourses"
status = "running"

[[axes.measures.money]]
label = "Bourses"
kind = "new"
section = "operating"
amount = 180000.50
per = "year"

[[axes.measures.indicators]]
key = "versees"
label = "Bourses versées"
readings = [
  { on = 2026-01-01, value = 3 },
  { on = 2026-06-01, value = 5 },
]

[[axes.measures]]
key = "logements"
title = "Loger les internes"
status = "planned"

[[envelopes]]
key = "e-bourses"
label = "Bourses"
measure = "bourses"
section = "operating"
first_year = 2026
last_year = 2028

[[schemes]]
key = "bourse"
title = "Bourse"
measure = "bourses"
envelope = "e-bourses"

[schemes.rules]
legal_basis = "OTHER"
legal_note = "À préciser."
kind = "bursary"
recipients = ["student"]

[[schemes.rules.criteria]]
key = "etudes"
label = "Deux dernières années"
rule = { at_most = [{ field = "years_left" }, 2] }

[schemes.rules.amount]
value = 12000

[schemes.rules.schedule]
kind = "monthly"
count = 24

[[calls]]
key = "appel"
title = "Appel"
scheme = "bourse"
opens_at = 2026-03-01T09:00:00
closes_at = 2026-04-01T12:00:00
themes = [{ key = "acces", label = "Accès aux soins" }]

[[remarks]]
code = "G-1"
text = "Rien n'est dit du logement."
'''


def edited(before: str, after: str) -> str:
    """The text with one thing changed; the test fails when it is not there exactly once."""
    assert TEXT.count(before) == 1, before
    return TEXT.replace(before, after)
