"""digest: the weekly digest of a unit, as text or JSON."""

import argparse
import json

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers.digests import digest
from handlers.kit import Refusal
from handlers.wording import weeks
from storage.digests import digests, figures


def add(parser: argparse.ArgumentParser) -> None:
    """Which unit, which week, which form."""
    parser.epilog = "example: python -m bot digest --unit 青禾区少工委/实验小学 --week 2026-W14 --format json"
    parser.add_argument("--unit", required=True, help="path joined by / (青禾区少工委/实验小学), or a unique name")
    parser.add_argument("--week", default="本周", help="2026-W14, 上周 or 本周 (the default)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--practice", action="store_true", help="of the practice database")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what was frozen on Monday is printed as it was frozen."""
    engine = engine_of(arguments, settings)
    now = engine.now()
    try:
        period, rest = weeks.period_in(arguments.week, now.date())
    except Refusal as refusal:
        raise CommandError(refusal.text) from refusal
    if rest:
        raise CommandError(f"没有「{arguments.week}」这一周。可以写 本周、上周 或 {period.week} 这样的周。")
    unit = unit_of(engine, arguments.unit)
    with engine.database.read.connect() as db:
        found = digests.report(db, unit, period.week, now)
    if arguments.format == "json":
        print(json.dumps(figures.as_json(found), ensure_ascii=False, indent=2))
    else:
        print(digest.text(found))
    return 0
