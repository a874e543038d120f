"""What a line tells of who holds a place: where, who, from when until when, and the figures of the row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import read_report
from handlers.kit import Ask, Denied, Refusal, Unit
from handlers.programmes.reports import limits, subject
from handlers.programmes.rosters import roster_words
from handlers.programmes.rosters.terms import term
from handlers.reading.text import normalise
from handlers.wording import programmes
from storage.organisation import units
from storage.programmes import holdings

# 登记 育红小学 校外辅导员 …: whose it is, and nobody's name.
_PLACE = re.compile(rf"(?:^|(?<=\s))[\u4e00-\u9fff]{{2,12}}(?:{subject.KINDS})(?=\s)")
_BETWEEN = re.compile(r"[\n;；]+")


@dataclass(slots=True)
class Told:
    """Who or what holds a place from a day to a day."""

    since: date
    until: date | None
    name: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """By what it is known again: the name, of a pairing the other side."""
        return self.name or str(self.figures.get("partner", ""))


def entries(ask: Ask, row: Row) -> list[tuple[Unit, Told]]:
    """Who is told, a line each, and where; a line without a unit is of the unit before. Raises Refusal and Denied."""
    unit: Unit | None = None
    found: dict[tuple[int, str | int], tuple[Unit, Told]] = {}
    # 登记 校外辅导员, and below it a line for each.
    told = [each for each in _BETWEEN.split(ask.args) if programmes.without(row, each).strip(" :：,，")] or [ask.args]
    for line in told:
        named, rest = subject.unit_in(ask, row, line)
        unit = named if named and (unit is None or rest != line) else unit
        if line != told[-1] and not programmes.without(row, rest).strip(" :：,，"):
            continue
        unit, rest = _unit(ask, row, unit, rest)
        for each in _told(ask, row, roster_words.with_partner(row, rest)):
            found.setdefault((unit.id, each.who or len(found)), (unit, each))
    return list(found.values())


def _unit(ask: Ask, row: Row, named: Unit | None, rest: str) -> tuple[Unit, str]:
    """(the unit that was named, the text without others' names); raises Refusal without one, Denied for another's."""
    if named is None and not (own := programmes.units_for(ask.me, row)):
        raise Refusal(f"{row.name}由{'、'.join(row.at)}自己登记，不由您来登记，没有记。")
    if named is None:
        example = f"登记 {own[0].name} {row.name} …"
        raise Refusal(f"{row.name}登记在哪个单位？没有记。请写上单位，像这样发：{example}")
    own_names = units.full_name(ask.db, named)
    if other := next((word for word in _PLACE.findall(rest) if word not in own_names), ""):
        words = f"{other}的{row.name}不由您来登记，没有记。说的是从哪里来的，请写成「单位：{other}」。"
        raise Denied(words, what="登记", subject=row.key)
    return named, _PLACE.sub(" ", rest)


def _told(ask: Ask, row: Row, said: str) -> list[Told]:
    """Each who is named with this term and these figures; raises Refusal for what is missing."""
    text = normalise.clean(said).text
    if roster_words.names_child(text):
        raise Refusal(f"{row.name}只登记成人，孩子不写名字，没有记。孩子的活动只报人数。")
    since, until, text = term(row, text, ask.today)
    if until and until < ask.today:
        raise Refusal(f"到 {until} 已经过了，不用登记，没有记。还在任的请写到哪一天，像这样发：{row.example}")
    read = read_report(text, row, ask.today)
    if read.missing or read.unclear:
        wanted = next(each for each in row.fields if each.label in (*read.missing, *read.unclear))
        choices = f"（{'、'.join(wanted.choices)}）" if wanted.choices else ""
        raise Refusal(f"还要写{wanted.label}{choices}，没有记。像这样发：{row.example}")
    figures = {name: str(limits.gated(value)) for name, value in read.values.items()}
    if named := next((row.by_name[name].label for name, value in figures.items() if not value), ""):
        raise Refusal(f"「{named}」里不写人名，没有记。像这样发：{row.example}")
    # A pairing or a platform is no person; who is sent somewhere is.
    paired = "partner" in figures and not row.term
    names = [""] if paired else roster_words.names_in(row, text, figures.values())
    if not names:
        raise Refusal(f"还要写是谁，没有记。像这样发：{row.example}")
    return [Told(since, until, name, figures) for name in names]


def held(ask: Ask, row: Row, told: Sequence[tuple[Unit, Told]]) -> list[bool]:
    """Of each whether they hold a place there already, on the day on which it would begin."""
    paths = list({unit.path for unit, _ in told})
    begins = {max(each.since, ask.today) for _, each in told}
    there = {
        (day, one.unit_id, str(ask.vault.open(one.name)) if one.name else one.figures.get("partner", ""))
        for day in begins
        for one in holdings.held(ask.db, row.key, paths, day)
    }
    return [(max(each.since, ask.today), unit.id, each.who) in there for unit, each in told]
