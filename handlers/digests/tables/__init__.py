"""The workbooks of digests, and the check-ins of any days as a table."""
