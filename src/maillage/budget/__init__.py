"""Envelopes and the append-only ledger: voted, committed, paid, left."""
