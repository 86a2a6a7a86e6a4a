"""The rules of a scheme: read, judged, told. Pure Python: dates in, values and French sentences out.

`scheme.SchemeRules` is one document, stored on a scheme version and written in TOML in a plan file:
`parse` names every defect with its path, `to_json` gives it back without what is null or by default.

Where the document leaves room, this is what holds:

- Absent and null are the same, and are never zero. An amount the authority has not decided is named in
  `amount.unset`; a null cell of a `table` is undecided, and whatever hangs on it is unknown.
- An expression is typed at parse. A number written where an amount is due is an amount; in a product of plain
  numbers (24 × 500), the largest one written is the amount. The first operand of a comparison is what is
  judged, the second what it is held against. A `table` follows a field of text or of one choice.
- A share is a number from 0 to 1, in the rules and in the facts (`unit = "%"` on a field): 0.5 is 50 %.
- `fields` holds the scheme's own questions, and standard fields it asks besides those its rules read: then
  the key is enough, and label, help, choices… may be changed, never the type.
- `choices` of a scheme's own field are shown by label: a database does not keep the order of a table.
- `judged_on` is always the judging date. A fact that cannot be read is no fact, and the sentence says why.
- Missing facts are unknown (Kleene): adding facts never turns a decided verdict round.
"""
