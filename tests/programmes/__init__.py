"""Programmes: rows, reports, coverage."""
