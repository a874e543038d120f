"""audit-report: the yearly audit of minors' personal information, as text or JSON."""

import argparse
import json

from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers.children import compliance
from storage.audit import audit, audit_check
from storage.audit.audit import Action
from storage.children.compliance import EVERYWHERE


def add(parser: argparse.ArgumentParser) -> None:
    """The year, the unit, the form."""
    parser.epilog = "例：python -m bot audit-report 2026 --format json > audit-2026.json"
    parser.add_argument("year", type=_year, help="哪一年，例如 2026")
    parser.add_argument("--unit", help="只看这个单位和下级：全称，用 / 连，或独一无二的名称")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def _year(written: str) -> int:
    if not written.isdecimal() or not 2020 <= int(written) <= 2100:
        raise argparse.ArgumentTypeError("要写年份，例如 2026")
    return int(written)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; 1 when there is something to look into. That the report was made stands in the audit log."""
    engine = engine_of(arguments, settings)
    unit = unit_of(engine, arguments.unit) if arguments.unit else None
    paths, name = ([unit.path], unit.name) if unit else ([EVERYWHERE], "全部单位")
    with engine.database.read.connect() as db:
        broken = engine.installation.audit_heads(engine.vault).check(db).broken
        checked = str(broken or audit_check.OK)
        made = compliance.report(db, arguments.year, engine.now(), paths, name, checked)
    with engine.database.write.begin() as db:
        audit.note(db, Action.REPORTED, engine.now(), unit_id=unit.id if unit else None, what=str(arguments.year))
    print(json.dumps(made, ensure_ascii=False, indent=2) if arguments.format == "json" else compliance.text(made))
    return int(bool(made["findings"]))
