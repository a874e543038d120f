"""serve: start the bot; without a platform configured, the practice page."""

import argparse
import asyncio

from bot import logs
from bot.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything is a setting."""


def run(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped; 0."""
    from bot.app import App
    from bot.engine import open_engine

    logs.configure(settings.log_level, [settings.telegram_token, *settings.name_keys])
    engine = open_engine(settings, settings.database)

    async def serve() -> None:
        await App(engine).run()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve())
    return 0


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop
