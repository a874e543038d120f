"""月报, 学期报, 年报, 从 … 到 …: what happened in any period in the asker's part of the tree, school by school."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from handlers.digests import figures, files, readers, sums
from handlers.digests.page import link
from handlers.kit import Ask, Button, Reply, Unit
from handlers.registry import ANYTHING, command
from handlers.wording import days, lines, numbers, places
from handlers.wording.periods import Span, before, longer, named
from scheduling import closed_periods, spans
from storage.digests import funnel, kept, periods
from storage.organisation import history, units

# Of activities, schools and reports, as far as there is room.
MOST_LINES = 6
MOST_NAMES = 10
MOST_BUTTONS = 4


@command(
    "月报", "month", who=readers.READERS, group="周报", rank=20, help="看一个月的情况", glued=ANYTHING, in_groups=True,
    snapshot=True, exports=True, examples=("月报", "月报 上月", "月报 3月"),
)  # fmt: skip
def month(ask: Ask) -> Sequence[Reply]:
    """The figures of this month, or of the period that is named."""
    return _default(ask, "month")


@command(
    "学期报", "term", who=readers.READERS, group="周报", rank=21, help="看一个学期的情况", glued=ANYTHING,
    in_groups=True, snapshot=True, exports=True, examples=("学期报", "学期报 上学期"),
)  # fmt: skip
def term(ask: Ask) -> Sequence[Reply]:
    """The same of this term."""
    return _default(ask, "term")


@command(
    "年报", "year", who=readers.READERS, group="周报", rank=22, help="看一年的情况", glued=ANYTHING, in_groups=True,
    snapshot=True, exports=True, examples=("年报", "年报 2025年", "年报 2025学年"),
)  # fmt: skip
def year(ask: Ask) -> Sequence[Reply]:
    """The same of this year."""
    return _default(ask, "year")


@command(
    "奖章进度", "看 星级章", "看 奖章", who=readers.READERS, group="奖章", rank=55, in_groups=True,
    help="看星级章走到哪一步", looks=".*", examples=("奖章进度", "奖章进度 三(2)", "奖章进度 2025学年"),
)  # fmt: skip
def medals(ask: Ask) -> Sequence[Reply]:
    """The stars of this school year, or of the period that is named: nominated, awarded, handed over."""
    span, words = longer(ask.args, ask.today)
    span = span or named(spans.label_of("school_year", ask.today), ask.today)
    told = []
    for unit in places.chosen(ask, readers.READERS, words, "奖章进度", f"{span.words} {{}}"):
        lines = figures.star_lines(funnel.of_days(ask.db, unit, span.first, span.last, ask.now.tzinfo))
        head = f"{units.full_name(ask.db, unit)}{span.name}的星级章"
        told.append(Reply("\n".join([head, *lines]) if lines else f"{head}：还没有提名。"))
    return told


def _default(ask: Ask, kind: str) -> Sequence[Reply]:
    span, words = longer(ask.args, ask.today)
    return of_span(ask, span or named(spans.label_of(kind, ask.today), ask.today), words)


def of_span(ask: Ask, span: Span, words: str) -> Sequence[Reply]:
    """The digest of a period for each unit of the asker, or for the one below them that the words name."""
    form, words = files.form_in(words)
    at = places.chosen(ask, readers.READERS, words, "周报", f"{span.words} {{}}")
    if form:
        return files.replies(ask, form, at, span)
    # What the messages before this one in the same transaction reported belongs to it.
    ask.rollups.flush(ask.db)
    return [_reply(ask, span, unit) for unit in at]


def _reply(ask: Ask, span: Span, of: Unit) -> Reply:
    now = of_days(ask.db, of, span, ask.now)
    page = link.path_to(of.id, span.words) if ask.message.private else ""
    return Reply(text(ask.db, of, span, now, ask.now), _buttons(ask.db, of, span, now), page=page)


def of_days(db: Connection, of: Unit, span: Span, now: datetime) -> periods.Period:
    """The figures of a unit for a period, of one that still runs up to today; of a closed one those of then."""
    then = kept.period(db, of, span.label) if closed(span, now) else None
    return then or periods.between(db, of, span.first, min(span.last, now.date()))


def closed(span: Span, now: datetime) -> datetime | None:
    """When it was frozen; None: not yet. Other days than those of a month, term or year are told as of now."""
    at = closed_periods.closed_at(span.label, now) if span.label else None
    return at if at and at <= now else None


def text(db: Connection, of: Unit, span: Span, found: periods.Period, now: datetime) -> str:
    """The digest of a period; `now` is aware and in the school's zone."""
    head = sums.result(f"{units.full_name(db, of)}{span.name}", found, "有活动", "没有活动")
    compared, corrected = _compared(db, of, span, found, now.date()), _corrected(db, of, span, found, now)
    reported, stars = _reports(db, of, span, now.date()), _stars(db, of, span, now)

    def said(most: int) -> list[str]:
        parts = sums.by_activity(found, most), _schools(found, most)
        more = [f"另有 {len(reported) - most} 项，发「看」"] if len(reported) > most else []
        reports = ["上报：", *reported[:most], *more] if reported else []
        told = [head, _days(span, now), *parts[0], *parts[1], _missing(found), compared, corrected]
        told += [*stars, *reports]
        return list(filter(None, told))

    return sums.fitting(said, MOST_LINES)


def _days(span: Span, now: datetime) -> str:
    year = f"{span.last.year}年" if span.last.year != span.first.year else ""
    said = f"{span.first.year}年{days.short(span.first)}–{year}{days.short(span.last)}"
    return " · ".join(filter(None, (said, stamp(span, now))))


def stamp(span: Span, now: datetime) -> str:
    """As of when: 截至 4月3日 16:20, 4月6日 08:00 定稿; nothing of days that are over and are never frozen."""
    if at := closed(span, now):
        return f"{days.moment(at)} 定稿"
    return f"截至 {days.moment(now)}" if span.label or span.last >= now.date() else ""


def _schools(now: periods.Period, most: int) -> list[str]:
    if len(now.schools) < 2:
        return []
    told = sums.by_part(now.schools, most)
    rest = len(now.schools) - most
    return ["各校（有活动的中队少的在前）：", *told, *([f"· 另有 {rest} 所，点学校细看"] if rest > 0 else [])]


def _missing(now: periods.Period) -> str:
    if now.squads_due <= 1 or not now.missing:
        return ""
    if len(now.schools) > 1:
        # Each school's page names its own.
        return f"一次也没报的中队 {len(now.missing)} 个"
    return f"一次也没报的中队 {len(now.missing)} 个：{numbers.listed(now.missing, MOST_NAMES)}"


def earlier(db: Connection, of: Unit, span: Span, today: date) -> tuple[str, periods.Period]:
    """The period before, and how it is called; of one that still runs the same number of its days."""
    then, running = before(span, today), span.last >= today
    last = min(then.last, then.first + (today - span.first)) if running else then.last
    return f"{then.name}{'同期' if running else ''}", periods.between(db, of, then.first, last)


def _compared(db: Connection, of: Unit, span: Span, now: periods.Period, today: date) -> str:
    name, then = earlier(db, of, span, today)
    if not then.events:
        return ""
    parts = [
        f"场次 {numbers.change(now.events - then.events)}",
        f"中队 {numbers.change(now.squads_covered - then.squads_covered)}",
        f"人次 {numbers.change(now.attendance.attended - then.attendance.attended)}",
    ]
    return f"比{name}：{'，'.join(parts)}"


def _stars(db: Connection, of: Unit, span: Span, now: datetime) -> list[str]:
    """The stars that were nominated in it; of whole months, terms and years."""
    if not span.label:
        return []
    told = figures.star_lines(funnel.of_days(db, of, span.first, span.last, now.tzinfo))
    return ["奖章：", *(f"· {line}" for line in told[:MOST_LINES])] if told else []


def _corrected(db: Connection, of: Unit, span: Span, then: periods.Period, now: datetime) -> str:
    """What came after it was closed: 定稿后更正：场次 4→5，人次 162→206."""
    if not closed(span, now) or kept.period(db, of, span.label) is None:
        return ""
    today = periods.between(db, of, span.first, span.last)
    compared = (
        ("场次", then.events, today.events), ("中队", then.squads_covered, today.squads_covered),
        ("人次", then.attendance.attended, today.attendance.attended),
    )  # fmt: skip
    moved = [f"{word} {was}→{now}" for word, was, now in compared if was != now]
    return f"定稿后更正：{'，'.join(moved)}" if moved else ""


def _reports(db: Connection, of: Unit, span: Span, today: date) -> list[str]:
    """The lines of the catalogue; of whole months, terms and years only: reports are kept by these."""
    if not span.label:
        return []
    found = lines.of_period(db, [of.path], span.label, today)
    return [f"· {each.text}" for each in found if each.text]


def _buttons(db: Connection, of: Unit, span: Span, now: periods.Period) -> tuple[Button, ...]:
    """Its picture and its workbook, and down to the schools that need it most."""
    name = history.path_names(db, [of])[of.id]
    files = tuple(Button(form, "周报", f"{span.words} {form} {name}") for form in ("图", "表"))
    if len(now.schools) < 2:
        return files
    shown = [units.by_id(db, each.id) for each in now.schools[:MOST_BUTTONS]]
    named = history.path_names(db, [each for each in shown if each])
    return (*files, *(Button(each.name, "周报", f"{span.words} {named[each.id]}") for each in shown if each))
