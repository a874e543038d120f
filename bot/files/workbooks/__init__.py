"""Workbooks of every kind as tables: opened only in a process of their own (limited.py)."""
