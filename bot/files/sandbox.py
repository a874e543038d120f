"""Runs what opens foreign files as a program of its own, with limits: it may break without harm.

The library that reads workbooks takes the memory that a file asks for, and a file of 5 KB may ask for 500 GB, which
ends the process at once. So such a program has limits, knows nothing else, and is no loss.
"""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_MOST_MEMORY, _MOST_SECONDS = 512 << 20, 60
# More than the processor's time: the machine may be busy.
_PATIENCE = 90
# Windows has no such limits.
_WITHIN_LIMITS = f"""
import contextlib, runpy, sys
with contextlib.suppress(ImportError):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MOST_MEMORY}, {_MOST_MEMORY}))
    resource.setrlimit(resource.RLIMIT_CPU, ({_MOST_SECONDS}, {_MOST_SECONDS}))
sys.path.append(sys.argv[2])
runpy.run_path(sys.argv[1], run_name="__main__")
"""
# What a program may answer beside 0 and the like: more than anybody writes; it asks for a password.
TOO_MUCH, LOCKED = 3, 4


def run(program: Path, content: bytes) -> tuple[int, bytes]:
    """(its exit status, what it wrote) for this on its standard input; TOO_MUCH as well when it takes too long."""
    try:
        # Without our environment and folder: it needs one library, and what stands beside it.
        ended = subprocess.run(  # nosec B603 # no shell, files of ours
            [sys.executable, "-I", "-c", _WITHIN_LIMITS, str(program), str(_ROOT)],
            input=content, capture_output=True, timeout=_PATIENCE, env={},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return TOO_MUCH, b""
    return ended.returncode, ended.stdout
