"""Geometry and values in, SVG out: maps and charts. No Django."""
