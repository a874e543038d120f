"""How Flask is run for real: gunicorn, one process of eight threads."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class Threads(BaseApplication):  # type: ignore[misc]
    """An app of our own on a port of this machine."""

    def __init__(self, app: Flask, port: int) -> None:
        self._app, self._port = app, port
        super().__init__()

    def load_config(self) -> None:
        given: dict[str, Any] = {
            "bind": f"127.0.0.1:{self._port}", "worker_class": "gthread", "threads": 8, "keepalive": 75,
            "loglevel": "error",
        }  # fmt: skip
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app
