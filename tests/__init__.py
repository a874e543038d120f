"""The tests; what they import is compiled once, not anew by each worker and each process that they start."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A test, and a load, says more in a minute than anybody may; what is about the limits sets them.
_KINDS = ("PERSON_MINUTE", "PERSON_HOUR", "STRANGER_MINUTE", "GREETINGS_DAY", "INCIDENTS_DAY", "INVITATIONS_DAY",
          "CAMPAIGNS_DAY", "EXPORTS_DAY")  # fmt: skip
os.environ.update({f"LIMIT_{kind}": "0" for kind in _KINDS})
