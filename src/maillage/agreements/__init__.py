"""Agreements, amendments and the instalments they plan."""
