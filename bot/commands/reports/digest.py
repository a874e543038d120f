"""digest: the digest of a unit for a week, month, term, year or any days, as text or JSON."""

import argparse
import json
from dataclasses import asdict

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers.digests import digest, period_digest
from handlers.kit import Refusal
from handlers.wording import periods, weeks
from scheduling import closed_periods
from storage.digests import figures


def add(parser: argparse.ArgumentParser) -> None:
    """Which unit, which week, which form."""
    parser.epilog = "例：python -m bot digest --unit 青禾区少工委/实验小学 --week 2026-W14 --format json"
    parser.add_argument("--unit", required=True, help="全称，用 / 连（青禾区少工委/实验小学），或独一无二的名称")
    parser.add_argument(
        "--week",
        default="本周",
        help="2026-W14、上周、本周（不写就是它）、上月、2026-04、2026春、2026、3月1日到4月15日",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what was frozen on Monday is printed as it was frozen."""
    engine = engine_of(arguments, settings)
    now = engine.now()
    try:
        span, rest = periods.longer(arguments.week, now.date())
        period, rest = (None, rest) if span else weeks.period_in(arguments.week, now.date())
    except Refusal as refusal:
        raise CommandError(refusal.text) from refusal
    if rest:
        raise CommandError(f"没有「{arguments.week}」这一段时间。可以写 本周、上周、2026-W14、2026-04、2026春 这样的。")
    unit = unit_of(engine, arguments.unit)
    with engine.database.read.connect() as db:
        if span:
            days = period_digest.of_days(db, unit, span, now)
            body, text = asdict(days), period_digest.text(db, unit, span, days, now)
        elif period:
            week = closed_periods.shown(db, unit, period.week, now)
            body, text = figures.as_json(week), digest.whole_text(db, week, unit, now.date())
    said = json.dumps(body, ensure_ascii=False, indent=2, default=str)
    print(said if arguments.format == "json" else text)
    return 0
