"""周报: what happened in a week in the asker's part of the tree, as text, picture or workbook."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from handlers.digests import figures as reports
from handlers.digests import files, groups, schools, sums
from handlers.digests.monday.sentences import three
from handlers.digests.page import link
from handlers.digests.period import wording as period_digest
from handlers.digests.readers import READERS
from handlers.kit import ADMINS, Ask, Button, Reply, Unit
from handlers.registry import ANYTHING, command
from handlers.wording import lines, numbers, periods, places, weeks
from scheduling import closed_periods
from scheduling.periods import monday_of, week_of
from storage.digests import figures
from storage.organisation import history, school_days

_PAGE = "网页"
MOST_NAMES = 10
MOST_ACTIVITIES = 8
MOST_STARS = 4
# The last line may say how much more there is.
_MORE_LENGTH = 20


@command(
    "周报", "digest", who=READERS, group="周报", rank=2, help="看一周的情况，也可以要图、要表", glued=ANYTHING,
    in_groups=True, snapshot=True, examples=("周报", "周报 上周", "周报 上周 图", "周报 上周 表 汇总上报"),
    exports=True,
)  # fmt: skip
def digest(ask: Ask) -> Sequence[Reply]:
    """The digest of each unit of the asker, or of one unit below them."""
    if _PAGE in (said := ask.args.split()):
        rest = " ".join(word for word in said if word != _PAGE)
        return [Reply("按这个按钮，或者直接发「网页」，得到您一个人的链接。", (Button(_PAGE, _PAGE, rest),))]
    span, rest = periods.longer(ask.args, ask.today)
    if span:
        return period_digest.of_span(ask, span, rest)
    period, rest = weeks.period_in(weeks.taught(ask, ask.args), ask.today)
    page, rest = schools.asked(rest)
    form, words = files.form_in(rest)
    # What the messages before this one in the same transaction reported belongs to it.
    ask.rollups.flush(ask.db)
    if not form and (found_groups := places.groups_in(ask, READERS, words)):
        return [groups.told(ask, found_groups, period.week)]
    at = places.chosen(ask, READERS, words, "周报", f"{period.week} {{}}")
    if form:
        return files.replies(ask, form, at, periods.of_week(period.week))
    if page:
        return [schools.page(ask, each, period.week, page) for each in at]
    alone, own = not words and len(at) == 1, places.scope(ask.me, READERS)
    admin = not ask.me.roles.isdisjoint(ADMINS)
    found = [(unit, closed_periods.shown(ask.db, unit, period.week, ask.now)) for unit in at]
    return [
        Reply(
            whole_text(ask.db, each, unit, ask.today),
            (
                *buttons(each, "" if alone else named(ask.db, unit), admin),
                *schools.buttons(
                    ask.db, unit, each, unit not in own, ask.message.private and link.address_for(ask) is not None
                ),
            ),
            page=link.path_to(unit.id, period.week) if ask.message.private else "",
        )
        for unit, each in found
    ]


def whole_text(db: Connection, shown: figures.Digest, unit: Unit, today: date) -> str:
    """The digest with the lines of what is reported beside check-ins: of a past week as of now, not as it was frozen.

    As many as a phone shows, of each section one before any has two. Of a frozen week Monday's three sentences lead.
    """
    found = lines.of_week(db, [unit.path], shown.week, today)
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


def named(db: Connection, unit: Unit) -> str:
    """As commands name it: by what it is called now, which may be another name than the digest's."""
    return f" {history.path_names(db, [unit])[unit.id]}"


def buttons(shown: figures.Digest, unit: str, admin: bool) -> tuple[Button, ...]:
    """Its picture, its workbook and who is missing; `unit` is how commands name it, after a space."""
    found = [Button("图", "周报", f"{shown.week} 图{unit}"), Button("表", "周报", f"{shown.week} 表{unit}")]
    if admin and shown.missing:
        found.append(Button("未签到", "未签到", f"{shown.week}{unit}"))
    return tuple(found)


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
        " · ".join(filter(None, (weeks.week_days(shown.week) + number, reports.stamp(shown)))),
        *sums.by_activity(shown, most),
        *schools.lines(shown, most),
        _missing(shown),
        _medals(shown),
        *reports.stars(shown)[: min(most, MOST_STARS)],
        "" if sentences else _compared(shown),
        _last_year(shown),
        reports.late(shown),
        reports.corrected(shown),
        reports.corrected_before(shown),
    ]


def _result(shown: figures.Digest) -> str:
    head = f"{shown.title}{weeks.week_name(shown.week)}"
    return sums.result(head, shown, "签到", "还没有活动", "已签到" if shown.squads_covered else "还没签到")


def _missing(shown: figures.Digest) -> str:
    # Of a single squad the first line has said it.
    if shown.squads_due <= 1:
        return ""
    told = [f"{word} {count} 个" for word, count in (("没有活动", shown.zero), ("请假", shown.excused)) if count]
    if not shown.missing:
        return f"没有缺报（{'，'.join(told)}）" if told else "中队全部签到"
    if len(shown.schools) > 1 and len(shown.missing) > MOST_NAMES:
        beside = f"；{'，'.join(told)}" if told else ""
        return f"未签到 {len(shown.missing)} 个中队，发「未签到」看是哪些{beside}"
    beside = f"；{'，'.join(told)}" if told else ""
    return f"未签到 {len(shown.missing)} 个：{numbers.listed(shown.missing, MOST_NAMES)}{beside}"


def _medals(shown: figures.Digest) -> str:
    told = reports.medals(shown)
    return f"奖章提名：{'、'.join(told)}" if told else ""


def _compared(shown: figures.Digest) -> str:
    before = shown.previous
    if not before.events:
        return "上一周没有签到，无从比较" if shown.events else ""
    if reports.running(shown):
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
    return f"比{weeks.week_name(before.week)}：{'，'.join(parts)}"


def _last_year(shown: figures.Digest) -> str:
    then = shown.last_year
    if then is None or not then.events or reports.running(shown):
        return ""
    changes = (
        ("场次", shown.events - then.events), ("中队", shown.squads_covered - then.squads_covered),
        ("人次", shown.attendance.attended - then.attended),
    )  # fmt: skip
    return f"比去年同期（{then.week}）：{'，'.join(f'{word} {numbers.change(by)}' for word, by in changes)}"
