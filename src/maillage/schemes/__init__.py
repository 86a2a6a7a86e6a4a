"""Schemes as rules: versions, publication, verdicts on facts."""
