"""serve: start the bot; without a platform configured, the practice page."""

import argparse
import asyncio
import socket
from typing import TYPE_CHECKING

from bot import logs
from bot.commands import CommandError
from bot.commands.doctor import installation
from bot.commands.doctor.line import FAIL
from bot.commands.listener import host_of, listen, why_not
from bot.settings import BadSettings, Settings

if TYPE_CHECKING:
    from bot.jobs.supervision import Supervision


def add(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything is a setting."""
    parser.epilog = "例：PORT=8081 python -m bot serve"


def run(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped; 0, 1 when a part of the bot broke, 2 when a restart would not help."""
    try:
        listening = listen(settings)
    except OSError as error:
        raise CommandError(f"启动不了：{why_not(host_of(settings), settings.port, error)}") from None
    with listening:
        return _serve(listening, settings)


def _serve(listening: socket.socket, settings: Settings) -> int:
    from bot.channels import http
    from bot.jobs.database_file import NotOurs
    from bot.jobs.supervision import Supervision

    for level, _, words in installation.data(settings.data_dir):
        if level == FAIL:
            raise BadSettings(words)
    supervision = Supervision(settings)
    try:
        supervision.file.take()
        supervision.file.refuse_torn()
    except NotOurs as why:
        raise BadSettings(str(why)) from None
    if not settings.practice and (problem := http.environment_problem()):
        raise BadSettings(problem)
    return _started(listening, settings, supervision)


def _started(listening: socket.socket, settings: Settings, supervision: "Supervision") -> int:
    from bot.app import App
    from bot.startup import open_engine

    engine = open_engine(settings, settings.database)
    supervision.file.mark(engine.database.write)
    # Now that there is a key: no log may show it.
    logs.configure(settings.log_level, settings.secrets)

    async def serve() -> int:
        app = App(engine, supervision)
        await app.run(listening)
        return app.status

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve())


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop
