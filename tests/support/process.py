"""The real bot as a process, for the tests that need one."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.support import leaks
from tests.support.databases import migrated_file, real
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
# Seconds that whoever stops a process waits before he kills it, as Docker does.
TO_STOP = 10
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.preloaded"])


class Fork:
    """`python -m bot serve`, forked by a process that has imported it all: a start costs a second of CPU less."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        reading, writing = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_serve, args=(environment, str(log), writing))
        self._process.start()
        writing.close()
        self.stdout = os.fdopen(os.dup(reading.fileno()), encoding="utf-8")
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit status, as of a `Popen`."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """The same as of a `Popen`."""
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """The same as of a `Popen`."""
        self._process.join(timeout)
        assert self._process.exitcode is not None, f"it has not ended after {timeout} s"
        return self._process.exitcode


def _serve(environment: dict[str, str], log: str, out: Connection) -> None:
    os.dup2(out.fileno(), 1)
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    from bot.__main__ import main

    if environment.get("PLANTED"):
        from tests.faults.planted import PLANTS

        PLANTS[environment["PLANTED"]]()
    sys.exit(main(["serve"]))


class Serving:
    """`python -m bot serve` on a free port; `url` once it is ready. `fresh`: by an interpreter of its own."""

    def __init__(self, folder: Path, *, fresh: bool = False, **environment: str) -> None:
        self.log = folder / "serve.log"
        self.log.touch()
        own = {name.upper(): value for name, value in real(folder).items()}
        settings = {"DATA_DIR": str(folder), "PORT": "0", "LOG_LEVEL": "DEBUG", **own, **environment}
        if not fresh and not any(name.startswith(("TELEGRAM_", "WECOM_")) for name in environment):
            migrated_file(Path(settings["DATA_DIR"]) / "practice.db")
        self.process = (_popen if fresh else Fork)({**os.environ, **settings}, self.log)
        self.url = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://(?:[\d.]+|\[[\da-f:]+\]):\d+", line)
        assert found, f"no address in {line!r}; log:\n{self.log.read_text()}"
        return found[0]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """(exit status, seconds it took); raises Leak when there is a secret in the log."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        seconds = time.monotonic() - began
        assert self.process.stdout is not None
        self.process.stdout.close()
        leaks.check_file(self.log)
        return status, seconds

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)


def _popen(environment: dict[str, str], log: Path) -> "subprocess.Popen[str]":
    command = ["tests.faults.planted"] if "PLANTED" in environment else ["bot", "serve"]
    with log.open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
