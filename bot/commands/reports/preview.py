"""preview: which reminders and digests would be sent to whom; nothing is sent or written."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.commands.database import engine_of
from bot.jobs import due_letters
from bot.settings import Settings
from handlers.catalogue import loader
from scheduling.preview import Entry, Preview
from storage.reminders import holds

_MOST_DAYS = 400


def add(parser: argparse.ArgumentParser) -> None:
    """How far ahead, in which form."""
    parser.epilog = "例：python -m bot preview --days 14"
    parser.add_argument("--days", type=_days, default=7, metavar="天数", help="往后看几天（7）")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--release", action="store_true", help="放行升级或恢复以后先压着没发的")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def _days(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"要写 1 到 {_MOST_DAYS} 的数")
    return int(written)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what to know about the calendar goes to stderr."""
    engine = engine_of(arguments, settings)
    # As the files are now: somebody who changes the key dates sees what that does before the bot takes it up.
    loaded = loader.load(settings.data_dir / "catalogue", settings.timezone)
    if arguments.release:
        with engine.database.write.begin() as db:
            print("提醒照常发。" if holds.release(db, engine.now()) else "提醒没有停着。")
        return 0
    with engine.database.read.connect() as db:
        found = due_letters.preview(engine, db, arguments.days, loaded.calendar)
        if held := holds.why(db):
            release = "python -m bot preview --release" + " --practice" * arguments.practice
            print(f"{held}后，提醒停着没发。看过没有不对的，放行：{release}", file=sys.stderr)
    for warning in (*loaded.problems, *found.warnings):
        print(warning, file=sys.stderr)
    print(_json(found) if arguments.format == "json" else _text(found, arguments.days))
    return 0


def _json(found: Preview) -> str:
    return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _text(found: Preview, days: int) -> str:
    if not found.entries:
        return f"接下来 {days} 天没有要发的。"
    return "\n".join(map(_line, found.entries))


def _line(entry: Entry) -> str:
    condition = "（还没报才发）" if entry.if_missing else ""
    return f"{entry.send_at:%Y-%m-%d %H:%M}\t{entry.person}\t{entry.unit}\t{entry.first_line}{condition}"
