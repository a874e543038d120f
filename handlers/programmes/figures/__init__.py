"""What was reported of a row: its figures, who is missing, a workbook, a nudge."""
