"""material: the sentences of an annual report of a unit, as text or as Word."""

import argparse
import sys

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers.kit import Refusal
from handlers.materials import sentences
from handlers.materials.subjects import Figures
from handlers.wording import periods


def add(parser: argparse.ArgumentParser) -> None:
    """Which unit, which year, which form."""
    parser.epilog = "例：python -m bot material --unit 青禾区少工委/实验小学 --year 2026"
    parser.add_argument("--unit", required=True, help="全称，用 / 连（青禾区少工委/实验小学），或独一无二的名称")
    parser.add_argument("--year", default="今年", help="2026、2025学年、2026春、2026-04；不写就是今年")
    parser.add_argument("--rounded", action="store_true", help="写 3800余、20余万，不写准数")
    parser.add_argument("--format", choices=("text", "docx"), default="text")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; the text or the document goes to standard output."""
    engine = engine_of(arguments, settings)
    today = engine.now().date()
    try:
        span, rest = periods.longer(arguments.year, today)
    except Refusal as refusal:
        raise CommandError(refusal.text) from refusal
    if span is None or not span.label or rest:
        raise CommandError(f"没有「{arguments.year}」这一段时间。可以写 2026、2025学年、2026春、2026-04 这样的。")
    unit = unit_of(engine, arguments.unit)
    if arguments.format == "docx":
        values = {"unit_ids": [unit.id], "period": span.label, "day": today.isoformat(), "rounded": arguments.rounded}
        sys.stdout.buffer.write(engine.render("material", values))
        return 0
    with engine.database.read.connect() as db:
        print(*sentences.text(Figures(db, unit, today), span.label, arguments.rounded), sep="\n")
    return 0
