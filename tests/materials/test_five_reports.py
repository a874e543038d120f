"""材料: for each of the five reports a fictional year with its figures as records gives back every figure."""

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.commands.reports.catalogue import FIGURES
from handlers.materials import fields, sentences
from handlers.materials.subjects import Figures
from tests.support.fictional_year import DAY, Year

pytestmark = pytest.mark.both
KNOWN: list[dict[str, Any]] = tomllib.loads(FIGURES.read_text("utf-8"))["figure"]


@pytest.fixture
def db(county_database: Connection) -> Iterator[Connection]:
    with county_database.begin() as transaction:
        yield county_database
        transaction.rollback()


def written(year: Year) -> dict[bool, str]:
    """The material of the year, exact and with rounded numbers."""
    figures = Figures(year.db, year.top, DAY)
    return {
        rounded: "\n".join(
            sentence for part in sentences.written(figures, "2026", rounded) for sentence in part.sentences
        )
        for rounded in (False, True)
    }


@pytest.mark.parametrize("report", ["S0", "S1", "S2", "S3", "S4"])
def test_a_year_gives_back_every_figure_of_its_report(db: Connection, report: str) -> None:
    year, told = Year(db, report), [each for each in KNOWN if each["system"].startswith(report)]
    years = [(year, [each for each in told if not each.get("apart")])]
    years += [(Year(db, report, each.get("top", "")), [each]) for each in told if each.get("apart")]
    missing = []
    for one, figures in years:
        for figure in figures:
            one.record(figure)
        for figure in figures:
            if "excused" in figure:
                one.excuse(figure)
        material = written(one)
        for figure in figures:
            found = material[figure.get("rounded", False)]
            missing += [(figure["system"], each) for each in figure["gives"] if each not in found]
    assert told and missing == []


def test_a_form_of_a_month_before_knows_nothing_of_what_came_later(db: Connection) -> None:
    year = Year(db, "S0")
    for figure in KNOWN:
        if figure["system"] in ("S0-05", "S0-12"):
            year.record(figure)
    told = {
        day: [
            fields.resolve(Figures(db, year.top, day), name).value
            for name in ("宣讲.场次.今年", "学校少先队基础.成立学校少工委")
        ]
        for day in (date(2026, 11, 30), DAY)
    }
    assert told == {date(2026, 11, 30): ["0", "0"], DAY: ["1500余", "70"]}
