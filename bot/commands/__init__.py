"""The command line: one file a command, each with `add(parser)` and `run(arguments, settings)`."""

import argparse
import sys
from pathlib import Path

from bot.settings import Settings


def database_of(arguments: argparse.Namespace, settings: Settings) -> str:
    """The database a command works on: the real one, or practice if asked for or if it is all there is."""
    real = Path(settings.data_dir / "bot.db").exists() or settings.database_url or not settings.practice
    practice = arguments.practice or (not real and Path(settings.data_dir / "practice.db").exists())
    url = settings.practice_database if practice else settings.real_database
    print(f"({'演练数据' if practice else '正式数据'})", file=sys.stderr)
    return url
