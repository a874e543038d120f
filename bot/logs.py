"""Logging: one line an event, JSON when nobody watches, never with a secret in it."""

import json
import logging
import sys
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from urllib.parse import quote, unquote

import structlog
from structlog.typing import Processor

log = logging.getLogger(__name__)
# httpx and httpcore write whole addresses, tokens included, at INFO; websockets whole messages and Pillow what a photo
# says of itself at DEBUG; the others only what is going well.
CHATTY = ("httpx", "httpcore", "websockets", "PIL", "apscheduler", "alembic", "uvicorn.error")
_SHORTEST = 6


class _Redacting(logging.Formatter):
    """Replaces every secret in the finished line, tracebacks included."""

    def __init__(self, inner: logging.Formatter, secrets: Sequence[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted(_forms(secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def _forms(secrets: Iterable[str]) -> set[str]:
    """Each secret as it is, as a part of an address, and as JSON writes it."""
    plain = {form for secret in secrets for form in (secret, unquote(secret), quote(secret, safe=""))}
    return {form for each in plain for form in (each, json.dumps(each)[1:-1]) if len(each) >= _SHORTEST}


def configure(level: str, secrets: Sequence[str]) -> None:
    """Send all logs to standard error, and what nobody caught to the logs."""
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(
        ensure_ascii=False
    )  # fmt: skip
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=before)
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting(formatter, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    hush()
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def hush() -> None:
    """Libraries that say more than a log should hold say what goes wrong, and no more."""
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _uncaught(kind: type[BaseException], fault: BaseException | None, _where: TracebackType | None) -> None:
    log.critical("没有料到的错误", exc_info=fault or kind())
