"""Authorities, users, roles, the journal of events."""
