"""What a report is asked about before it is stored, and what answers it."""
