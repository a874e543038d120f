"""The promises that tests try on running processes: run here, and put into docs/reliability.md."""

import os
import re
import subprocess
import sys

from tests.support.process import ROOT

_TESTS = {
    "a wrong clock deletes nothing and stops nothing": "tests/processes/test_wrong_clock.py",
    "a clock that is set between kills sends nothing twice": "tests/processes/test_clock_kills.py",
    "a database file that is deleted, replaced or taken twice is noticed": "tests/processes/test_database_file.py",
    "memory, descriptors, a full folder delay a letter and no more": "tests/channels/test_outages.py",
    "a start that cannot be ends with the cure, a hung process is noticed": "tests/processes/test_supervision.py",
    "of three processes behind nginx each may be killed": "tests/processes/test_behind_nginx.py",
    "whoever takes over goes on within 60 s, in order": "tests/processes/test_several_processes.py",
    "a restore tells nobody twice and brings no erased child back": "tests/commands/test_backup.py",
    "each planted fault is seen": "tests/processes/test_planted.py",
}
# What only a server can do.
_ON_POSTGRESQL = ("test_behind_nginx", "test_several_processes")


def rows() -> tuple[str, bool]:
    """(a table with a row for each, whether all are well)."""
    found, well = ["| promise | what came of it | again |\n| --- | --- | --- |\n"], True
    for promise, file in _TESTS.items():
        database = {"TEST_DATABASE": "postgresql"} if any(name in file for name in _ON_POSTGRESQL) else {}
        command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", file]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **database}, capture_output=True, text=True)
        came = re.search(r"\d+ (?:passed|failed|skipped|error).* in [\d.]+s", done.stdout)
        well &= not done.returncode
        again = " ".join([*(f"{name}={value}" for name, value in database.items()), ".venv/bin/python -m pytest", file])
        found.append(f"| {promise} | {came[0] if came else f'status {done.returncode}'} | `{again}` |\n")
    return "".join(found), well
