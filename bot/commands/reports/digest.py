"""digest: the digest of a unit for a week, month, term, year or any days: text, JSON, workbook, picture or csv."""

import argparse
import json
import re
import sys
from datetime import datetime

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.commands.reports import digest_printout
from bot.settings import Settings
from handlers.digests import files
from handlers.kit import Refusal
from handlers.wording import periods
from scheduling import spans

_FILES = {"xlsx": "表", "png": "图", "csv": "csv"}
# The first term of a calendar year is that of spring.
_TERM = re.compile(r"(\d{4})-([12])")
_SAID = "没有「{}」这一段时间。可以写 本周、上周、2026-W14、2026-04、2026春 这样的。"


def add(parser: argparse.ArgumentParser) -> None:
    """Which unit, which period, which form."""
    parser.epilog = "例：python -m bot digest --unit 青禾区少工委/实验小学 --week 2026-W14 --format json"
    parser.add_argument("--unit", required=True, help="全称，用 / 连（青禾区少工委/实验小学），或独一无二的名称")
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--week",
        metavar="周",
        default="本周",
        help="2026-W14、上周、本周（不写就是它）、上月、2026-04、2026春、2026、3月1日到4月15日",
    )
    when.add_argument("--month", metavar="月", help="2026-04、上月、3月")
    when.add_argument("--term", metavar="学期", help="2026-1（春季学期）、2026-2（秋季学期）、2026春、上学期")
    when.add_argument("--year", metavar="年份", help="2026、去年、2025学年")
    when.add_argument("--from", dest="first", metavar="日期", help="2026-03-01，和 --to 一起")
    parser.add_argument("--to", dest="last", metavar="日期", help="2026-04-15")
    parser.add_argument("--format", choices=("text", "json", *_FILES), default="text")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; what was frozen on Monday is printed as it was frozen. A file goes to standard output."""
    engine = engine_of(arguments, settings)
    now = engine.now()
    span = _span(arguments, now)
    unit = unit_of(engine, arguments.unit)
    if arguments.format in _FILES:
        recipe, values = files.recipe(_FILES[arguments.format], [unit], span, now)
        sys.stdout.buffer.write(engine.render(recipe, values))
        return 0
    with engine.database.read.connect() as db:
        if arguments.format == "json":
            print(json.dumps(digest_printout.body(db, unit, span, now), ensure_ascii=False, indent=2, default=str))
        else:
            print(digest_printout.text(db, unit, span, now))
    return 0


def _span(arguments: argparse.Namespace, now: datetime) -> periods.Span:
    """The period that is asked for; raises CommandError."""
    said = arguments.month or arguments.year or arguments.week
    if arguments.term:
        match = _TERM.fullmatch(arguments.term)
        said = f"{match[1]}{'春秋'[int(match[2]) - 1]}" if match else arguments.term
    if bool(arguments.first) != bool(arguments.last):
        raise CommandError("--from 和 --to 要一起写，像这样：--from 2026-03-01 --to 2026-04-15")
    if arguments.first:
        said = f"{arguments.first}到{arguments.last}"
    try:
        span, rest = periods.any_of(said, now.date())
    except Refusal as refusal:
        raise CommandError(refusal.text) from refusal
    kinds = {"month": arguments.month, "term": arguments.term, "year": arguments.year}
    if rest or any(said and kind not in spans.kind_of(span.label) for kind, said in kinds.items()):
        raise CommandError(_SAID.format(arguments.term or said))
    return span
