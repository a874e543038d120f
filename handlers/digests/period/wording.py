"""The digest of a period in words: the result, by activity, by school, who is missing, what is reported beside."""

from datetime import date, datetime

from sqlalchemy import Connection

from handlers.digests import stars, sums
from handlers.digests.monday.sentences import of_period
from handlers.digests.period import figures
from handlers.kit import Unit
from handlers.wording import days, lines, numbers
from handlers.wording.periods import Span
from storage.digests import funnel, periods
from storage.organisation import units

# Of activities, schools and reports, as far as there is room.
MOST_LINES = 6
MOST_NAMES = 10


def text(db: Connection, of: Unit, span: Span, found: periods.Period, now: datetime) -> str:
    """The digest of a period; `now` is aware and in the school's zone."""
    head = sums.result(f"{units.full_name(db, of)}{span.name}", found, "有活动", "没有活动")
    compared, later = _compared(db, of, span, found, now.date()), corrected(db, of, span, found, now)
    # Reports are kept by whole months, terms and years.
    owed = lines.of_period(db, of, span.label, now.date()) if span.label else []
    reported, medals = [f"· {each.text}" for each in owed if each.text], _stars(db, of, span, now)
    sentences = of_period(found, compared, owed) if figures.closed(span, now) else []

    def said(most: int) -> list[str]:
        parts = sums.by_activity(found, most), _schools(found, most)
        more = [f"另有 {len(reported) - most} 项，发「看」"] if len(reported) > most else []
        reports = ["上报：", *reported[:most], *more] if reported else []
        told = [head, *sentences, _days(span, now), *parts[0], *parts[1], _missing(found)]
        told += [later] if sentences else [compared, later]
        told += [*medals, *reports]
        return list(filter(None, told))

    return sums.fitting(said, MOST_LINES)


def _days(span: Span, now: datetime) -> str:
    year = f"{span.last.year}年" if span.last.year != span.first.year else ""
    said = f"{span.first.year}年{days.short(span.first)}–{year}{days.short(span.last)}"
    return " · ".join(filter(None, (said, stamp(span, now))))


def stamp(span: Span, now: datetime) -> str:
    """As of when: 截至 4月3日 16:20, 4月6日 08:00 定稿; nothing of days that are over and are never frozen."""
    if at := figures.closed(span, now):
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


def _compared(db: Connection, of: Unit, span: Span, now: periods.Period, today: date) -> str:
    name, then = figures.earlier(db, of, span, today)
    if not then.events:
        return f"{name}没有活动，无从比较" if now.events else ""
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
    told = stars.lines(funnel.of_days(db, of, span.first, span.last, now.tzinfo))
    return ["奖章：", *(f"· {line}" for line in told[:MOST_LINES])] if told else []


def corrected(db: Connection, of: Unit, span: Span, then: periods.Period, now: datetime) -> str:
    """What came after it was closed: 定稿后更正：场次 4→5，人次 162→206."""
    if (today := figures.recounted(db, of, span, now)) is None:
        return ""
    compared = (
        ("场次", then.events, today.events), ("中队", then.squads_covered, today.squads_covered),
        ("人次", then.attendance.attended, today.attendance.attended),
    )  # fmt: skip
    moved = [f"{word} {was}→{now}" for word, was, now in compared if was != now]
    return f"定稿后更正：{'，'.join(moved)}" if moved else ""
