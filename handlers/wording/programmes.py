"""Which row a message names, for which units its sender reports it, and how a report is said."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from handlers.asker import context
from handlers.catalogue import current
from handlers.catalogue.catalogue import Catalogue
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling import zeros
from handlers.kit import ADMINS, REPORTERS, Ask, Person, Role, Unit
from handlers.reading import Reading
from handlers.reading.text.normalise import clean
from scheduling import spans
from storage.organisation.units import Kind
from storage.programmes.reports import Report

_OFFICE = frozenset({Role.CARE_ADMIN, Role.GROUP_HEAD, Role.STATION_HEAD})
SIDE = _OFFICE | {Role.VOLUNTEER, Role.OUTSIDE_COUNSELOR, Role.BRIGADE}
_SCHOOL = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
# Who reports for a unit of a kind where its row does not say: whoever leads that unit (domain §1.2).
REPORT_FOR: Mapping[str, frozenset[Role]] = {
    Kind.SQUAD: _SCHOOL | {Role.COUNSELOR},
    Kind.GRADE: _SCHOOL,
    Kind.SCHOOL: _SCHOOL,
    Kind.KINDERGARTEN: _SCHOOL | _OFFICE,
    Kind.COUNTY: frozenset({Role.COUNTY_ADMIN, Role.SUPERVISOR}),
    Kind.CITY: frozenset({Role.CITY_ADMIN, Role.SUPERVISOR}),
    Kind.PROVINCE: frozenset({Role.PROVINCE_ADMIN, Role.SUPERVISOR}),
    Kind.CARE: _OFFICE,
    Kind.GROUP: _OFFICE,
}
# Who looks at figures of their part of the tree.
READERS = ADMINS | _OFFICE | {Role.INSPECTOR}
# Who looks at what a row comes to, be it in a squad of their own.
LOOKERS = READERS | {Role.COUNSELOR}
REPORTERS_OF_ALL = SIDE.union(*REPORT_FOR.values())
# They report for their very unit, not for what is below it.
_OWN_ONLY = frozenset({Role.VOLUNTEER, Role.OUTSIDE_COUNSELOR})

# 月方案还没交 reports nothing.
_UNDONE = re.compile("(?:还|尚|仍|暂)(?:没有?|未)|(?:没有?|未)(?:交|报|评|写|完成|提交|上交|上报)")
# 寒假组织了活动8场 is of 寒假活动, 纳入了规划 of 纳入规划.
_DOING = re.compile("(?:开展|组织|举办|举行|召开|进行|完成|搞|办|开)了?|了")
_PAUSE = re.compile(r"请假|暂停|停办|免报|暂时不[报办]")


def may_report(person: Person, row: Row, unit: Unit) -> bool:
    """Whether this person reports this row for this unit."""
    roles = roles_for(row, unit)
    return unit.kind in row.at and any(
        grant.unit.id == unit.id if grant.role in _OWN_ONLY else grant.unit.covers(unit)
        for grant in person.grants
        if grant.role in roles
    )


def roles_for(row: Row, unit: Unit) -> frozenset[Role]:
    """Who reports this row for a unit of this kind."""
    return frozenset(row.who) or REPORT_FOR.get(unit.kind, SIDE)


def units_for(person: Person, row: Row) -> list[Unit]:
    """The units where this person holds a role and for which the row is reported, each once."""
    found = {grant.unit.id: grant.unit for grant in person.grants if may_report(person, row, grant.unit)}
    return list(found.values())


def key_in(ask: Ask, said: str) -> tuple[str | None, str]:
    """(the reader's key of the first unit that a text names, the text without units); None without one."""
    hits, rest = context.units_in(ask, said)
    return (hits[0].unit, rest) if hits else (None, said)


def stated(ask: Ask, text: str, reading: Reading) -> bool:
    """Whether the text, read so, states what a row that the asker reports asks for; quick for those that name none."""
    row = row_in(ask, text)
    if row is None:
        return False
    if any(each.type == "yesno" for each in row.asked) or row.base:
        # 其他都好 of a rubric is said of one's own.
        if reading.claim in (("negation", "other") if row.base else ("negation",)):
            return True
    elif _UNDONE.search(text) and not any(map(str.isdecimal, text)):
        return bool(zeros.nothing(row, text)) or is_pause(row, text)
    if reading.claim == "fact":
        return True
    if zeros.nothing(row, text) or is_pause(row, text):
        return True
    return _states(ask, row, text)


def tells(ask: Ask, row: Row | None, text: str) -> bool:
    """Whether the text states something, as it is or without the words of the row that it is about."""
    reading = context.reading_of(ask, text)
    return reading.claim == "fact" or (row is not None and reading.claim == "plan" and _states(ask, row, text))


def _states(ask: Ask, row: Row, text: str) -> bool:
    """计划30万元 is a figure of its row, no plan."""
    own = sorted(
        (row.name, *row.words, *(word for each in row.fields for word in (*each.words, each.label, *each.choices))),
        key=len, reverse=True,
    )  # fmt: skip
    plain = re.sub("|".join(map(re.escape, own)), " ", _DOING.sub("", text))
    # 上月月方案 is the report of a period, no summary.
    plain = spans.named(plain, ask.today)[1] if row.period != "day" else plain
    return context.reading_of(ask, plain).claim == "fact"


def begun(ask: Ask, text: str, reading: Reading) -> bool:
    """Whether the text begins with a word of a row that the asker reports, and states something."""
    row = row_in(ask, text)
    names = (row.name, *row.words) if row else ()
    return any(each.startswith(names) for each in _said(text).split("\n")) and stated(ask, text, reading)


def headed(ask: Ask, text: str) -> bool:
    """Whether the text begins with a word of a row that is no check-in's name: 分批入队 首批 42名学生，13人入队."""
    row, said = row_in(ask, text), clean(text).text
    held = {word for one in told_by_checkins(ask) for way in one.said for word in way.plain}
    return row is not None and any(said.startswith(word) for word in {row.name, *row.words} - held)


def is_pause(row: Row, text: str) -> bool:
    """Whether the words say that the row is not reported for a time: 月方案 暂停到 5月31日."""
    return bool(_PAUSE.search(text)) and named([row], text) is not None


def cases_in(ask: Ask, text: str) -> list[tuple[Row, str]]:
    """(row, words that begin with a word of it) of each case that the text opens; quick for the many that open none."""
    if ask.person is None:
        return []
    told = _rows(ask).cases_in(text)
    return told if told and context.reading_of(ask, text).claim not in ("question", "example") else []


def may_open(person: Person, row: Row) -> bool:
    """Whether this person opens cases of the row somewhere."""
    return not {each.role for each in person.grants}.isdisjoint(row.who) or _concerns(person, row)


def switched_off(ask: Ask, text: str) -> Row | None:
    """The row that is switched off whose word the text begins with, where the asker would report it and no check-in."""
    off = _rows(ask).off_words if ask.person else {}
    said = clean(text).text if off else ""
    row = off[max(found, key=len)] if (found := [word for word in off if said.startswith(word)]) else None
    if row is None or not _concerns(ask.me, row):
        return None
    checked_in = not ask.me.roles.isdisjoint(REPORTERS) and any(row.name == each.name for each in told_by_checkins(ask))
    return None if checked_in else row


def names_report(ask: Ask, text: str) -> Row | None:
    """The row that is reported whose word stands in the text, whoever reports it; None without one."""
    rows, plain = _rows(ask), clean(text).text
    return named([row for row in rows.rows if row.shape == "report"], plain) if rows.report_word.search(plain) else None


def anothers(ask: Ask, text: str) -> Row | None:
    """The row of which the text tells figures, or that there was nothing, where the asker does not report it."""
    row = names_report(ask, text)
    told = row and (any(map(str.isdecimal, text)) or zeros.nothing(row, text))
    return row if told and row not in rows_for(ask) else None


def row_in(ask: Ask, text: str) -> Row | None:
    """The row that the asker reports whose word is in the text: the longest, of 讲解员培训 the 培训."""
    named = _rows(ask).reported_in(_said(text)) if ask.person else ()
    return next((row for row in named if _concerns(ask.me, row)), None)


@lru_cache(maxsize=8)
def _at(_engine: int, _tree: str) -> list[Catalogue]:
    return []


def _rows(ask: Ask) -> Catalogue:
    """The catalogue, kept as long as nothing of the organisation or of the catalogue has changed."""
    kept = _at(id(ask.db.engine), ask.tree)
    if not kept or not ask.tree:
        kept[:] = [current.catalogue_of(ask.db)]
    return kept[0]


def row_of(ask: Ask, key: str) -> Row | None:
    """The row with this key that is in force."""
    return _rows(ask).by_key.get(key)


def rows_for(ask: Ask) -> list[Row]:
    """The rows that the asker reports somewhere, in the order of the catalogue."""
    return [row for row in _rows(ask).rows if row.shape == "report" and _concerns(ask.me, row)]


def _concerns(person: Person, row: Row) -> bool:
    """A brigade counselor reports for squads too, without holding a role at one."""
    below = row.at and any(
        grant.role in (frozenset(row.who) or REPORT_FOR.get(kind, SIDE)) and grant.role not in _OWN_ONLY
        for grant in person.grants
        for kind in row.at
        if kind in (Kind.SQUAD, Kind.GRADE) and grant.unit.kind == Kind.SCHOOL
    )
    return bool(below or units_for(person, row))


def rosters(ask: Ask) -> list[Row]:
    """The rows of who or what holds a place."""
    return [row for row in _rows(ask).rows if row.shape == "roster"]


def told_by_checkins(ask: Ask) -> list[Row]:
    """The rows that are told by check-ins: 主题队日, 红领巾爱学习 …"""
    return [row for row in _rows(ask).rows if row.shape == "checkin"]


@lru_cache(maxsize=32)
def _said(text: str) -> str:
    """The text in plain form, and below it the same without what only says that something was done."""
    said = clean(text).text
    return f"{said}\n{plain}" if (plain := _DOING.sub("", said)) != said else said


def together(row: Row, text: str) -> str:
    """The text in which a word of the row stands in one piece: 纳入规划 for 纳入了规划."""
    names, plain = (row.name, *row.words), _DOING.sub("", text)
    return plain if any(map(plain.__contains__, names)) and not any(map(text.__contains__, names)) else text


def named(rows: list[Row], text: str) -> Row | None:
    """The row whose word stands in the text, of several the longest word; None without one."""
    said = _said(text)
    found = [(len(word), row) for row in rows for word in (row.name, *row.words) if word in said]
    return max(found, key=lambda each: each[0])[1] if found else None


def without(row: Row, words: str) -> str:
    """The words around a row's name."""
    for name in sorted((row.name, *row.words), key=len, reverse=True):
        words = words.replace(name, " ", 1)
    return words


def flows_of(row: Row) -> frozenset[str]:
    """The figures that add up over time, the choices that are counted, and figure@field where each choice is apart."""
    apart = {f"{figure}@{by}" for figure, by, _ in row.split.values()}
    return frozenset(each.name for each in row.fields if each.agg in ("sum", "by")) | apart


def value(one: Figure, figure: Decimal | str | bool, hedge: str = "eq") -> str:
    """A figure as it was said: 60人, 20余万人, 是, 省级."""
    if isinstance(figure, bool):
        return "是" if figure else "否"
    if isinstance(figure, str):
        return figure
    plain = next((unit for unit in one.units if len(unit) <= 2 and unit != "万元"), "")
    return f"{number(figure, hedge)}{plain}"


def number(exact: Decimal, hedge: str = "eq") -> str:
    """A number with its hedge: 3800余, 20余万, 1万余, 1.35万余, 近3000, 约3020 (domain §3, G13, G14)."""
    plain = f"{exact:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if hedge == "eq":
        return plain
    if hedge in ("ge", "gt"):
        if exact >= 10_000:
            return f"{exact / 10_000:f}余万" if exact % 100_000 == 0 else f"{(exact / 10_000).normalize():f}万余"
        return f"{plain}余"
    return f"{'约' if hedge == 'approx' else '近'}{plain}"


def figures(row: Row, one: Report) -> str:
    """What a report says: 场次 3场，听众 60人."""
    told = [(each, one.figures[each.name]) for each in row.fields if each.name in one.figures]
    shown = [f"{each.label} {value(each, said, one.hedges.get(each.name, 'eq'))}" for each, said in told]
    shown += [f"缺{said}" for name, said in one.figures.items() if name.startswith("lacks")]
    bonus = one.figures.get("bonus")
    shown += [f"加分 {number(bonus)}"] if isinstance(bonus, Decimal) else []
    return "，".join(shown)


def said(row: Row, one: Report) -> str:
    """The same, or 没有 and 已交 of a report without figures."""
    return figures(row, one) or ("没有" if one.state == "zero" else "已交")


def when(row: Row, one: Report, today: date) -> str:
    """The day of an event, the period of anything else."""
    return spans.said(one.day.isoformat() if row.period == "day" else one.period, today)
