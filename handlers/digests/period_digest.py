"""月报, 学期报, 年报, 从 … 到 …: what happened in any period in the asker's part of the tree, school by school."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from handlers.digests import figures, readers, sums
from handlers.kit import Ask, Button, Refusal, Reply, Unit
from handlers.registry import ANYTHING, command
from handlers.wording import days, lines, numbers, places
from handlers.wording.periods import Span, before, longer, named
from scheduling import spans
from storage.digests import funnel, periods
from storage.organisation import history, units

MOST_ACTIVITIES = 6
MOST_SCHOOLS = 6
MOST_NAMES = 5
MOST_LINES = 6
MOST_BUTTONS = 5
FORMS = frozenset({"图", "图片", "表", "表格"})


@command(
    "月报", "month", who=readers.READERS, group="周报", rank=20, help="看一个月的情况", glued=ANYTHING, in_groups=True,
    examples=("月报", "月报 上月", "月报 3月"),
)  # fmt: skip
def month(ask: Ask) -> Sequence[Reply]:
    """The figures of this month, or of the period that is named."""
    return _default(ask, "month")


@command(
    "学期报", "term", who=readers.READERS, group="周报", rank=21, help="看一个学期的情况", glued=ANYTHING,
    in_groups=True, examples=("学期报", "学期报 上学期"),
)  # fmt: skip
def term(ask: Ask) -> Sequence[Reply]:
    """The same of this term."""
    return _default(ask, "term")


@command(
    "年报", "year", who=readers.READERS, group="周报", rank=22, help="看一年的情况", glued=ANYTHING, in_groups=True,
    examples=("年报", "年报 2025年", "年报 2025学年"),
)  # fmt: skip
def year(ask: Ask) -> Sequence[Reply]:
    """The same of this year."""
    return _default(ask, "year")


def _default(ask: Ask, kind: str) -> Sequence[Reply]:
    span, words = longer(ask.args, ask.today)
    return of_span(ask, span or named(spans.label_of(kind, ask.today), ask.today), words)


def of_span(ask: Ask, span: Span, words: str) -> Sequence[Reply]:
    """The digest of a period for each unit of the asker, or for the one below them that the words name."""
    forms = [word for word in words.split() if word in FORMS]
    if forms:
        how = f"先看文字：周报 {span.words}。一周的图和表有，像这样发：周报 上周 图"
        raise Refusal(f"{span.name}的{forms[0]}现在还没有，{how}")
    at = places.chosen(ask, readers.READERS, words, "周报", f"{span.words} {{}}")
    # What the messages before this one in the same transaction reported belongs to it.
    ask.rollups.flush(ask.db)
    return [_reply(ask, span, unit) for unit in at]


def _reply(ask: Ask, span: Span, of: Unit) -> Reply:
    now = of_days(ask.db, of, span, ask.today)
    return Reply(text(ask.db, of, span, now, ask.now), _buttons(ask.db, span, now))


def of_days(db: Connection, of: Unit, span: Span, today: date) -> periods.Period:
    """The figures of a unit for a period, of one that still runs up to today."""
    return periods.between(db, of, span.first, min(span.last, today))


def text(db: Connection, of: Unit, span: Span, found: periods.Period, now: datetime) -> str:
    """The digest of a period; `now` is aware and in the school's zone."""
    told = [
        sums.result(f"{units.full_name(db, of)}{span.name}", found, "有活动", "没有活动"),
        _days(span, now),
        *sums.by_activity(found, MOST_ACTIVITIES),
        *_schools(found),
        _missing(found),
        _compared(db, of, span, found, now.date()),
        *_stars(db, of, span, now),
        *_reports(db, of, span, now.date()),
    ]
    return "\n".join(filter(None, told))


def _days(span: Span, now: datetime) -> str:
    so_far = f" · 截至 {days.moment(now)}" if span.last >= now.date() else ""
    year = f"{span.last.year}年" if span.last.year != span.first.year else ""
    return f"{span.first.year}年{days.short(span.first)}–{year}{days.short(span.last)}{so_far}"


def _schools(now: periods.Period) -> list[str]:
    if len(now.schools) < 2:
        return []
    told = sums.by_part(now.schools, MOST_SCHOOLS)
    rest = len(now.schools) - MOST_SCHOOLS
    return ["各校（有活动的中队少的在前）：", *told, *([f"· 另有 {rest} 所，点学校细看"] if rest > 0 else [])]


def _missing(now: periods.Period) -> str:
    if now.squads_due <= 1 or not now.missing:
        return ""
    if len(now.schools) > 1:
        # Each school's page names its own.
        return f"一次也没报的中队 {len(now.missing)} 个"
    more = f"等 {len(now.missing)} 个" if len(now.missing) > MOST_NAMES else ""
    return f"一次也没报的中队 {len(now.missing)} 个：{'、'.join(now.missing[:MOST_NAMES])}{more}"


def _compared(db: Connection, of: Unit, span: Span, now: periods.Period, today: date) -> str:
    """With the period before; of one that still runs, with the same number of its days."""
    earlier = before(span, today)
    running = span.last >= today
    last = min(earlier.last, earlier.first + (today - span.first)) if running else earlier.last
    then = periods.between(db, of, earlier.first, last)
    if not then.events:
        return ""
    parts = [
        f"场次 {numbers.change(now.events - then.events)}",
        f"中队 {numbers.change(now.squads_covered - then.squads_covered)}",
        f"人次 {numbers.change(now.attendance.attended - then.attendance.attended)}",
    ]
    return f"比{earlier.name}{'同期' if running else ''}：{'，'.join(parts)}"


def _stars(db: Connection, of: Unit, span: Span, now: datetime) -> list[str]:
    """The stars that were nominated in it; of whole months, terms and years."""
    if not span.label:
        return []
    told = figures.star_lines(funnel.of_days(db, of, span.first, span.last, now.tzinfo))
    return ["奖章：", *(f"· {line}" for line in told[:MOST_LINES])] if told else []


def _reports(db: Connection, of: Unit, span: Span, today: date) -> list[str]:
    """The lines of the catalogue; of whole months, terms and years only: reports are kept by these."""
    if not span.label:
        return []
    found = [each for each in lines.of_period(db, [of.path], span.label, today) if each.text]
    more = [f"另有 {len(found) - MOST_LINES} 项，发「看」"] if len(found) > MOST_LINES else []
    return ["上报：", *(f"· {each.text}" for each in found[:MOST_LINES]), *more] if found else []


def _buttons(db: Connection, span: Span, now: periods.Period) -> tuple[Button, ...]:
    """Down to the schools that need it most."""
    if len(now.schools) < 2:
        return ()
    shown = [units.by_id(db, each.id) for each in now.schools[:MOST_BUTTONS]]
    named = history.path_names(db, [each for each in shown if each])
    return tuple(Button(each.name, "周报", f"{span.words} {named[each.id]}") for each in shown if each)
