"""The line of a row in a digest: its figures over a part of the tree and a period, filled into the row's own words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from handlers.catalogue import case_figures, current, parts
from handlers.catalogue.model import Row
from handlers.kit import Unit
from handlers.wording.programmes import number
from scheduling import spans
from storage.checkins import exemptions
from storage.programmes import coverage, holdings, reports, sums

# The order of the digest (design §6).
# 年度表扬 1（下限 –）
_NOTHING = re.compile(r"（下限 –）")
_MOVED = {"opened": "新", "closed": "办结"}
SECTIONS = ("活动", "计数", "任务", "覆盖", "名册", "奖章")


@dataclass(frozen=True, slots=True)
class Line:
    """What a row comes to: `text` for people, `values` for programs; empty where nothing was reported or is due."""

    row: Row
    period: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[coverage.Target, ...] = ()
    targets: tuple[coverage.Target, ...] = ()
    # Of a roster with places: unit id → kind of place → how many of it are empty.
    vacancies: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


def line(db: Connection, row: Row, paths: Sequence[str], period: str, today: date) -> Line:
    """
    The line of a row with shape report in these subtrees for a period (a label of scheduling/spans).

    Flows are added up over the period, stocks are the newest of each unit at its end; who owes it goes by the row's own
    period, as of the last day of this one.
    """
    first, last = spans.span_of(period)
    day = min(last, max(first, today))
    flows = sums.of(db, row.key, paths, kept_periods(period, first, day))
    stocks = reports.stocks(db, row.key, paths, day) if _has_stocks(row) else []
    own = spans.label_of(row.period, day)
    owed = targets(db, row, paths, own, today) if row.period != "day" else _reached(db, row, paths)
    shown = _shown(db, row, paths, period, today, flows, stocks, owed)
    missing = tuple(each for each in owed if not each.done)
    says = bool(flows.count or stocks or (row.due and owed))
    text = filled(row, shown) if says else ""
    return Line(row, period, text, shown, missing, tuple(owed))


def filled(row: Row, shown: Mapping[str, str]) -> str:
    """The words of a row's line with these figures in its braces."""
    return _NOTHING.sub("", row.line.format_map(_Escaped(shown)))


def of_week(db: Connection, of: Unit, week: str, today: date) -> list[Line]:
    """What the digest of a week says beside check-ins: what was reported in it, and what is due in it and missing."""
    paths = [of.path]
    told = sums.told(db, paths, week)
    _, last = spans.span_of(week)
    found = _moved(db, of, week, today)
    for row in current.catalogue_of(db).rows:
        if row.shape != "report":
            continue
        due = row.due and spans.due_day(row.due, spans.label_of(row.period, last)) <= last
        if row.key in told or due:
            period = week if row.period in ("day", "week") else spans.label_of(row.period, last)
            found.append(line(db, row, paths, period, today))
    return _in_order(found)


def of_period(db: Connection, of: Unit, period: str, today: date) -> list[Line]:
    """The same of a month, a term or a year: what was reported in it, and the cases that moved."""
    paths = [of.path]
    rows = [row for row in current.catalogue_of(db).rows if row.shape == "report"]
    told = {key for month in kept_periods(period, *spans.span_of(period)) for key in sums.told(db, paths, month)}
    found = [line(db, row, paths, period, today) for row in rows if row.key in told]
    return _in_order([*found, *_moved(db, of, period, today)])


def _in_order(found: list[Line]) -> list[Line]:
    return sorted((each for each in found if each.text), key=lambda each: SECTIONS.index(each.row.section))


def _moved(db: Connection, of: Unit, period: str, today: date) -> list[Line]:
    paths, rows = case_figures.moved(db, of, period, today)
    return [case_line(db, row, paths, period, today) for row in rows]


def case_line(db: Connection, row: Row, paths: Sequence[str], period: str, today: date) -> Line:
    """The line of a row with shape case in these subtrees for a period; what was opened and closed in it behind it."""
    shown = case_figures.shown(db, row, paths, period, today)
    moved = [f"{word} {shown[name]}" for name, word in _MOVED.items() if shown[name] != "0"]
    says = bool(moved) or shown["count"] != "0" or shown["open"] != "0"
    text = filled(row, shown) + (f"（{'，'.join(moved)}）" if moved else "")
    return Line(row, period, text if says else "", shown)


def targets(db: Connection, row: Row, paths: Sequence[str], period: str, today: date) -> list[coverage.Target]:
    """Every unit that owes the row for this period, with its state as of today."""
    _, last = spans.span_of(period)
    due = spans.due_day(row.due, period) if row.due else last
    excused = exemptions.of_row(db, row.key, last, min(due, last))
    return coverage.targets(db, row.key, row.at, paths, period, last, today > due, excused)


def _reached(db: Connection, row: Row, paths: Sequence[str]) -> list[coverage.Target]:
    """Of what happens on some day nothing is owed: the targets are there to be counted only."""
    return (
        coverage.targets(db, row.key, row.at, paths, "", date.max, False) if "targets" in set(row.placeholders) else []
    )


def roster_line(db: Connection, row: Row, paths: Sequence[str], period: str, today: date) -> Line:
    """The line of a row with shape roster: who holds a place at the end of the period, what ends, what is empty."""
    first, last = spans.span_of(period)
    day = min(last, today)
    found = holdings.held(db, row.key, paths, day)
    soon = holdings.ending(db, [row.key], paths, day, max(row.remind, default=30))
    owed = coverage.targets(db, row.key, row.at, paths, "", date.max, False)
    lacking = vacancies(row, owed, found)
    of_unit = Counter(each.unit_id for each in found)
    empty: Counter[str] = Counter()
    for counts in lacking.values():
        empty.update(counts)
    shown = {
        "holding": str(len(found)),
        "soon": str(len(soon)),
        "units": str(len(of_unit)),
        "targets": str(len(owed)),
        "added": str(sum(each.since >= first for each in found)),
        "full": str(len(owed) - len(lacking)),
        "vacant": str(sum(empty.values())),
        "slots": " ".join(f"{kind} {empty[kind]}" for kind in row.slots if empty[kind]) or "无",
        "period": spans.said(period, today),
    }
    for each in row.fields:
        if each.type == "choice":
            counted = holdings.counted(found, each.name)
            shown[each.name] = " ".join(f"{word} {counted[word]}" for word in each.choices if counted[word]) or "–"
        elif each.is_number:
            numbers = (Decimal(str(one.figures[each.name])) for one in found if each.name in one.figures)
            shown[each.name] = number(sum(numbers, Decimal(0)))
    text = filled(row, shown) if found or (row.slots and owed) else ""
    return Line(row, period, text, shown, tuple(each for each in owed if each.unit_id in lacking), tuple(owed), lacking)


def vacancies(
    row: Row, owed: Sequence[coverage.Target], found: Sequence[holdings.Holding]
) -> dict[int, Mapping[str, int]]:
    """Unit id → kind of place → how many of it are empty; two of the one kind do not fill the place of another."""
    kind = next((each.name for each in row.fields if set(row.slots) & set(each.choices)), "")
    held = Counter((each.unit_id, str(each.figures.get(kind, ""))) for each in found)
    lacking = {
        unit.unit_id: {
            slot: left for slot, count in row.slots.items() if (left := count - held[unit.unit_id, slot]) > 0
        }
        for unit in owed
    }
    return {unit_id: counts for unit_id, counts in lacking.items() if counts}


def kept_periods(period: str, first: date, last: date) -> list[str]:
    """Under which labels the sums of a period are kept."""
    return [period] if "W" in period else spans.months_of(first, last)


def _has_stocks(row: Row) -> bool:
    return any(each.agg == "last" or each.type == "score" for each in row.fields)


class _Escaped(dict[str, str]):
    """A placeholder that nothing is known of is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _shown(
    db: Connection, row: Row, paths: Sequence[str], period: str, today: date, flows: sums.Sums,
    stocks: list[reports.Report], owed: list[coverage.Target],
) -> dict[str, str]:  # fmt: skip
    owed = [each for each in owed if each.state != coverage.EXCUSED]
    done = [each for each in owed if each.done]
    zero = sum(each.state == reports.ZERO for each in owed)
    # Of what is told week by week a month is more than its last week: whoever told of any counts.
    own = row.period != "day" and (row.due or period == spans.label_of(row.period, spans.span_of(period)[1]))
    units = len(done) - zero if own else flows.units
    shown = {
        "count": str(flows.count),
        "units": str(units),
        "targets": str(len(owed)),
        "gap": str(len(owed) - len(done)),
        "period": spans.said(period, today),
        "rate": percent(Decimal(units), Decimal(len(owed))),
        "overdue": str(sum(each.state == coverage.OVERDUE for each in owed)),
        "returned": str(sum(each.state == reports.RETURNED for each in owed)),
        "accepted": str(sum(each.state == "accepted" for each in owed)),
        "zero": str(zero),
    }
    totals: dict[str, sums.Total] = {each.name: _total(each, flows, stocks) for each in row.fields if each.is_number}
    shown |= {name: number(total.value, total.hedge) for name, total in totals.items()}
    shown |= {each.name: _by_choice(each, flows, stocks) for each in row.fields if each.type == "choice"}
    shown |= _yes(row, stocks, len(owed))
    shown |= _scored(row, stocks)
    shown |= _complete(db, row, paths, period, len(owed))
    return shown | _quotients(row, totals, flows, {"units": Decimal(units), "targets": Decimal(len(owed))})


def _quotients(
    row: Row, totals: Mapping[str, sums.Total], flows: sums.Sums, counted: Mapping[str, Decimal]
) -> dict[str, str]:
    """The parts of figures by choice, and the row's indicators."""
    apart = {
        name: flows.choices.get(figure, {}).get(choice, sums.Total()) for name, (figure, _, choice) in row.split.items()
    }
    shown = {name: number(part.value, part.hedge) for name, part in apart.items()}
    whole = {**totals, **apart, **{name: sums.Total(count) for name, count in counted.items()}}
    for name, each in row.quotients.items():
        hedge = whole.get(each.numerator, sums.Total()).hedge
        over, under = row.comparable(each, {figure: total.value for figure, total in whole.items()})
        shown[name] = percent(over, under) if each.percent else quotient(over, under, each.digits, hedge)
    return shown | ({"parts": "；".join(row.of_choices(shown)) or "–"} if "parts" in row.placeholders else {})


def _total(one: parts.Figure, flows: sums.Sums, stocks: list[reports.Report]) -> sums.Total:
    if one.agg == "sum":
        return flows.totals.get(one.name, sums.Total())
    values = [each.figures[one.name] for each in stocks if one.name in each.figures]
    return sums.Total(sum((value for value in values if isinstance(value, Decimal)), Decimal(0)))


def _by_choice(one: parts.Figure, flows: sums.Sums, stocks: list[reports.Report]) -> str:
    """报国 12 感恩 9, in the order of the choices."""
    counted = flows.choices.get(one.name, {})
    return " ".join(f"{each} {number(counted[each].value)}" for each in one.choices if each in counted) or "–"


def _yes(row: Row, stocks: list[reports.Report], owed: int) -> dict[str, str]:
    """How many units say yes, and which share of all that is; `all`: to everything."""
    fields = [each.name for each in row.fields if each.type == "yesno"]
    if not fields:
        return {}
    yes = {name: sum(each.figures.get(name) is True for each in stocks) for name in fields}
    whole = sum(all(each.figures.get(name) is True for name in fields) for each in stocks)
    shares = {f"{name}%": percent(Decimal(count), Decimal(owed)) for name, count in yes.items()}
    return {name: str(count) for name, count in yes.items()} | shares | {"all": str(whole)}


def _scored(row: Row, stocks: list[reports.Report]) -> dict[str, str]:
    """Of a rubric: who passes, the average, who is low; of a figure with a rule: who keeps it."""
    scores = [each for each in row.fields if each.type == "score"]
    if not scores:
        kept = sum(not any(check.broken(_numbers(each)) for check in row.checks) for each in stocks)
        return {"ok": str(kept)}
    points = [parts.score(row.fields, each.figures) for each in stocks]
    passed = sum(point >= row.passing for point in points)
    average = quotient(sum(points, Decimal(0)), Decimal(len(points)), 1)
    complete = sum(not any(name.startswith("lacks") for name in each.figures) for each in stocks)
    return {"ok": str(passed), "average": average, "low": str(len(points) - passed), "complete": str(complete)}


def _complete(db: Connection, row: Row, paths: Sequence[str], period: str, owed: int) -> dict[str, str]:
    """Of rows with one report a choice: which units have told all of them, three of three."""
    choice = next((each for each in row.fields if each.type == "choice" and each.required), None)
    if not (row.many and row.due and choice):
        return {}
    first, last = spans.span_of(period)
    told = coverage.choices_of(db, row.key, paths, first, last, choice.name)
    whole = sum(len(choices) == len(choice.choices) for choices in told.values())
    return {"complete": str(whole), "gap": str(owed - whole)}


def _numbers(one: reports.Report) -> dict[str, Decimal]:
    return {name: value for name, value in one.figures.items() if isinstance(value, Decimal)}


def percent(over: Decimal, under: Decimal) -> str:
    """One decimal, half up (domain §1.4): 130 of 143 → 90.9%; a dash where there is nothing to divide by."""
    return "–" if not under else f"{(over * 100 / under).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def quotient(over: Decimal, under: Decimal, digits: int, hedge: str = "eq") -> str:
    """A quotient with so many decimals, half up: 3.0, 3.6余."""
    if not under:
        return "–"
    exact = (over / under).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{exact:f}" if hedge == "eq" else number(exact, hedge)
