"""No log holds a secret: whatever a test logs, prints on standard error or has a real process log is searched.

A pytest plugin. Every secret that the tests make up has one of the `MARKS` in it; keys are known by their form.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs

MARKS = ("made-up", "planted")
# What people write and whom they name has no business in a log either.
NAMES = ("王小明", "李小红")
# A key of Fernet's: 32 bytes in base64 for addresses.
_KEY = re.compile(r"(?<![\w-])[\w-]{43}=(?![\w=-])", re.ASCII)
_SEARCHED = ("log", "stderr")


class Leak(AssertionError):
    """A secret stands in a log."""


def found(text: str) -> list[str]:
    """The lines with a secret in them."""
    return [line for line in text.splitlines() if _holds_one(line)]


def _holds_one(line: str) -> bool:
    return any(word in line for word in (*MARKS, *NAMES)) or _KEY.search(line) is not None


def check(where: str, text: str) -> None:
    """Raise Leak when a line of the text holds a secret."""
    lines = found(text)
    if lines:
        raise Leak(f"{where} holds a secret:\n" + "\n".join(line[:500] for line in lines[:5]))


def check_file(path: Path) -> None:
    """The same for the log of a process."""
    check(str(path), path.read_text(encoding="utf-8", errors="replace"))


def pytest_configure(config: pytest.Config) -> None:
    """Log all there is, of the libraries what they may say in earnest too."""
    config.option.log_level = config.option.log_level or "DEBUG"
    logs.hush()
    # The platforms' own servers, which are called by addresses with a token, run in this process too.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test in whose logs a secret stands has failed, whatever else it showed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    lines = [line for text in _new(report) for line in found(text)]
    if lines:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} leaves a secret in its {report.when} log:\n" + "\n".join(lines[:5])
    return report  # type: ignore[return-value]


def _new(report: pytest.TestReport) -> list[str]:
    """What this phase of the test wrote where it would stay."""
    kinds = {f"Captured {each} {report.when}" for each in _SEARCHED}
    return [text for name, text in report.sections if name in kinds]
