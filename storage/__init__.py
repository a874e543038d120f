"""What is remembered: tables, one module of query functions per noun, rollups, migrations."""
