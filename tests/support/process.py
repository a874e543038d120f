"""The real bot as a process, for the tests that need one."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support import leaks
from tests.support.databases import real

ROOT = Path(__file__).parents[2]


class Serving:
    """`python -m bot serve` on a free port; `url` once it is ready."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "serve.log"
        own = {name.upper(): value for name, value in real(folder).items()}
        settings = {"DATA_DIR": str(folder), "PORT": "0", "LOG_LEVEL": "DEBUG", **own, **environment}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.url = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, f"no address in {line!r}; log:\n{self.log.read_text()}"
        return found[0]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """(exit status, seconds it took); raises Leak when there is a secret in the log."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(timeout=15)
        assert self.process.stdout is not None
        self.process.stdout.close()
        seconds = time.monotonic() - began
        leaks.check_file(self.log)
        return status, seconds

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
