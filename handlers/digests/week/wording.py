"""The digest of a week in words: the result, by activity, by school, who is missing, what is reported beside."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from handlers.digests import stars, sums
from handlers.digests.monday.sentences import three
from handlers.digests.week import phrases
from handlers.kit import Unit
from handlers.wording import lines, numbers, weeks
from scheduling.periods import monday_of, week_of
from storage.digests import figures
from storage.organisation import school_days

MOST_NAMES = 10
MOST_ACTIVITIES = 8
MOST_STARS = 4
_MOST_SCHOOLS = 6
# The last line may say how much more there is.
_MORE_LENGTH = 20


def whole_text(db: Connection, shown: figures.Digest, unit: Unit, today: date) -> str:
    """The digest with the lines of what is reported beside check-ins: of a past week as of now, not as it was frozen.

    As many as a phone shows, of each section one before any has two. Of a frozen week Monday's three sentences lead.
    """
    found = lines.of_week(db, unit, shown.week, today)
    sentences = three(db, unit, shown, _compared(shown), found) if shown.revision else ()
    taught = school_days.teaching_week(db, unit.path, monday_of(shown.week))
    said = text(shown, sentences, taught)
    if not found:
        return said
    said += "\n上报：" if shown.week == week_of(today) else "\n上报（到今天为止）："
    chosen = _fitting(found, said)
    told = [f"· {each.text}" for each in found if each.row.key in chosen]
    rest = len(found) - len(told)
    return "\n".join([said, *told, *([f"另有 {rest} 项，发「看」"] if rest else [])])


def _fitting(found: Sequence[lines.Line], said: str) -> set[str]:
    """The rows whose lines there is room for behind what is said: of each section one before any has two."""
    before: Counter[str] = Counter()
    ranks = {}
    for each in found:
        ranks[each.row.key] = before[each.row.section]
        before[each.row.section] += 1
    room, left = sums.MOST_LINES - said.count("\n") - 1, sums.MOST_CHARACTERS - _MORE_LENGTH - len(said)
    chosen: set[str] = set()
    for number, each in enumerate(sorted(found, key=lambda one: ranks[one.row.key]), 1):
        left -= len(each.text) + 3
        if left < 0 or len(chosen) + 1 + (number < len(found)) > room:
            break
        chosen.add(each.row.key)
    return chosen


def text(shown: figures.Digest, sentences: Sequence[str] = (), taught: int | None = None) -> str:
    """
    The digest for a phone: the result, by activity, missing squads, medals, the week before (domain §6.7).

    Of activities, schools and stars it says as many as there is room for; the sentences stand for the comparison.
    `taught` is the number of the teaching week, if there is one.
    """
    return sums.fitting(lambda most: list(filter(None, _said(shown, sentences, taught, most))), MOST_ACTIVITIES)


def _said(shown: figures.Digest, sentences: Sequence[str], taught: int | None, most: int) -> list[str]:
    number = f"（教学第{taught}周）" if taught else ""
    return [
        _result(shown),
        *sentences,
        " · ".join(filter(None, (weeks.week_days(shown.week) + number, phrases.stamp(shown)))),
        *sums.by_activity(shown, most),
        *_schools(shown, most),
        _missing(shown),
        _medals(shown),
        *stars.lines(shown.stars)[: min(most, MOST_STARS)],
        "" if sentences else _compared(shown),
        _last_year(shown),
        phrases.late(shown),
        phrases.corrected(shown),
        phrases.corrected_before(shown),
    ]


def _result(shown: figures.Digest) -> str:
    # Who reports for one squad counts no weeks of the year.
    named = weeks.in_days(shown.week) if shown.squads_due == 1 else weeks.week_name(shown.week)
    head = f"{shown.title}{named}"
    return sums.result(head, shown, "签到", "还没有活动", "已签到" if shown.squads_covered else "还没签到")


def _schools(shown: figures.Digest, most: int) -> list[str]:
    """At most so many of the schools, the least covered first; empty where there is one school or none."""
    if len(shown.schools) < 2:
        return []
    most = min(most, _MOST_SCHOOLS)
    rest = len(shown.schools) - most
    more = [f"· 另有 {rest} 所，按「各校」看"] if rest > 0 else []
    return ["各校（签到的中队少的在前）：", *sums.by_part(shown.schools, most), *more]


def _missing(shown: figures.Digest) -> str:
    # Of a single squad the first line has said it.
    if shown.squads_due <= 1:
        return ""
    told = [f"{word} {count} 个" for word, count in (("没有活动", shown.zero), ("请假", shown.excused)) if count]
    if not shown.squads_missing:
        return f"没有缺报（{'，'.join(told)}）" if told else "中队全部签到"
    if len(shown.schools) > 1 and shown.squads_missing > MOST_NAMES:
        beside = f"；{'，'.join(told)}" if told else ""
        return f"未签到 {shown.squads_missing} 个中队，发「未签到」看是哪些{beside}"
    beside = f"；{'，'.join(told)}" if told else ""
    return f"未签到 {shown.squads_missing} 个：{numbers.listed(shown.missing, MOST_NAMES)}{beside}"


def _medals(shown: figures.Digest) -> str:
    told = phrases.medals(shown)
    return f"奖章提名：{'、'.join(told)}" if told else ""


def _compared(shown: figures.Digest) -> str:
    before = shown.previous
    if not before.events:
        return "上一周没有签到，无从比较" if shown.events else ""
    if phrases.running(shown):
        heads = f"{before.squads_covered} 个中队，{before.attended} 人次"
        return f"本周还没过完；上周共 {before.events} 场，{heads}"
    parts = [
        f"场次 {numbers.change(shown.events - before.events)}",
        f"中队 {numbers.change(shown.squads_covered - before.squads_covered)}",
        f"人次 {numbers.change(shown.attendance.attended - before.attended)}",
    ]
    points = numbers.points(shown.attendance.rate, before.rate)
    if points is not None:
        parts.append(f"到场率 {numbers.change(points, ' 个百分点')}")
    return f"比{phrases.week_before(shown)}：{'，'.join(parts)}"


def _last_year(shown: figures.Digest) -> str:
    then = shown.last_year
    if then is None or not then.events or phrases.running(shown):
        return ""
    changes = (
        ("场次", shown.events - then.events), ("中队", shown.squads_covered - then.squads_covered),
        ("人次", shown.attendance.attended - then.attended),
    )  # fmt: skip
    return f"比去年同期（{then.week}）：{'，'.join(f'{word} {numbers.change(by)}' for word, by in changes)}"
