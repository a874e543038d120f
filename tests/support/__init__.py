"""Support."""

import os

# What the tests run on, instead of SQLite.
POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
