"""Indicators of a territory at a date: access, density, age, zones."""
