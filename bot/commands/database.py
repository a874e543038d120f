"""What the commands on a database begin with: open it, find the unit that is meant."""

import argparse
import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.commands import CommandError
from bot.commands.listener import listen
from bot.engine import Engine
from bot.jobs.database_file import DatabaseFile, NotOurs
from bot.settings import Settings
from bot.startup import open_engine
from handlers import roster
from storage.database import is_to_come
from storage.organisation import history, units
from storage.roster import roster as stored

_EVERYWHERE = ["/"]
# What this process has open, so that `main` can close it.
_open: list[Engine] = []
_MOST_NAMED = 5


def engine_of(arguments: argparse.Namespace, settings: Settings, real_only: bool = False) -> Engine:
    """The database a command works on, open."""
    return engine_at(database_of(arguments, settings, real_only), settings)


def engine_at(url: str, settings: Settings, practice: bool = False) -> Engine:
    """This database, open; the practice one, or a copy of it, with its own time."""
    engine = open_engine(settings, url, practice=practice)
    _open.append(engine)
    if engine.practice:
        from bot.practice.timetable import restore_clock

        with engine.database.read.connect() as db:
            restore_clock(db, engine.clock)
    return engine


def engine_if_there(url: str, settings: Settings) -> Engine | None:
    """This database, open; None before the first start has made it."""
    return None if is_to_come(url) else engine_at(url, settings)


@contextmanager
def nobody_serves(settings: Settings, url: str) -> Iterator[None]:
    """While the port and the file are ours no bot is running, and none starts; raises CommandError."""
    file = DatabaseFile(url)
    try:
        held = listen(settings)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CommandError(f"端口 {settings.port} 正在用：请先停掉机器人。") from None
    with held:
        try:
            file.take()
        except NotOurs as why:
            raise CommandError(str(why)) from None
        try:
            yield
        finally:
            file.give_back()


def close() -> None:
    """Return the connections of every database that was opened."""
    while _open:
        _open.pop().close()


def unit_of(engine: Engine, words: str) -> units.Unit:
    """The unit of this path or unique name; raises CommandError."""
    names = roster.names_of(words)
    with engine.database.read.connect() as db:
        exact = stored.named(db, names) if names and all(names) else []
        near = exact or units.find(db, "".join(names), _EVERYWHERE)[:_MOST_NAMED]
        # 实验小学三(2)中队, as the lists of missing squads write it.
        exact = exact or [unit for unit in near if units.full_name(db, unit) == words]
        paths = "、".join(history.path_names(db, near).values())
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise CommandError(f"不止一个单位叫「{words}」，请写全称：{paths}")
    raise CommandError(f"没有单位「{words}」。{f'是不是：{paths}' if paths else '请写全称，如 青禾区少工委/实验小学'}")


def database_of(arguments: argparse.Namespace, settings: Settings, real_only: bool = False) -> str:
    """
    The database a command works on: the real one, or practice if asked for or if it is all there is.

    `real_only`: practice only if asked for.
    """
    real = real_only or Path(settings.data_dir / "bot.db").exists() or settings.database_url or not settings.practice
    practice = arguments.practice or (not real and Path(settings.data_dir / "practice.db").exists())
    url = settings.practice_database if practice else settings.real_database
    print(f"（{'演练数据' if practice else '正式数据'}）", file=sys.stderr)
    return url
