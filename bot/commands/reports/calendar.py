"""calendar: the days of a unit as an .ics file on standard output."""

import argparse
import sys
from datetime import date

from bot.commands.database import engine_of, unit_of
from bot.settings import Settings
from handlers.kit import Role
from handlers.reminders.calendars import calendar_file, outlook
from storage.organisation.units import Kind
from storage.people.people import Grant, Person

# Whose duties a unit has: those of whoever leads it.
_LEADS = {Kind.SQUAD: Role.COUNSELOR, Kind.SCHOOL: Role.BRIGADE, Kind.CITY: Role.CITY_ADMIN}


def add(parser: argparse.ArgumentParser) -> None:
    """Which unit, which year."""
    parser.epilog = "例：python -m bot calendar --unit 青禾区少工委/实验小学 --year 2026 > calendar.ics"
    parser.add_argument("--unit", required=True, help="全称，用 / 连（青禾区少工委/实验小学），或独一无二的名称")
    parser.add_argument("--year", type=int, choices=range(2000, 2100), metavar="年份", help="哪一年；不写就是今年")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; the file goes to standard output."""
    engine = engine_of(arguments, settings)
    unit, now = unit_of(engine, arguments.unit), engine.now()
    year = arguments.year or now.year
    leader = Person(0, unit.name, (Grant(_LEADS.get(Kind(unit.kind), Role.COUNTY_ADMIN), unit),))
    with engine.database.read.connect() as db:
        found = list(outlook.of(db, leader, date(year, 1, 1), date(year, 12, 31)))
    sys.stdout.buffer.write(calendar_file.written(found, now))
    return 0
