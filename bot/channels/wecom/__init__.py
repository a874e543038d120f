"""Wecom."""
