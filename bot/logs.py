"""Logging: one line an event, JSON when nobody watches, never with a secret in it."""

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.typing import Processor


class _Redacting(logging.Formatter):
    """Replaces every secret in the finished line, tracebacks included."""

    def __init__(self, inner: logging.Formatter, secrets: Sequence[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = [secret for secret in secrets if len(secret) >= 6]

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def configure(level: str, secrets: Sequence[str]) -> None:
    """Send all logs to standard error."""
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
    # The first two write whole addresses, tokens included, at INFO; the others only what is going well.
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
