"""The tests; what they import is compiled once, not anew by each worker and each process that they start."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
