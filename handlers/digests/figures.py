"""What 周报, 月报, 未签到 and 催办 share: the result, which week or day, which units, and how they are written."""

from handlers.wording import days, numbers, weeks
from scheduling.periods import week_of
from storage.digests.digest_changes import Correction
from storage.digests.figures import Digest
from storage.digests.periods import Period

# The words of the states of a nomination, in the order of the digest.
STATE_WORDS = {"submitted": "待审", "returned": "退回", "approved": "通过", "withdrawn": "撤回"}


def result(head: str, of: Digest | Period, word: str, none: str, alone: str = "") -> str:
    """`head：3 场活动，2/4 个中队签到（50.0%），118 人次，到场率 95.2%`; `alone` is said of a single squad."""
    parts = [f"{of.events} 场活动" if of.events else none]
    if of.squads_due > 1:
        share = numbers.share(of.squads_covered, of.squads_due)
        parts.append(f"{of.squads_covered}/{of.squads_due} 个中队{word}（{share}）")
    elif of.squads_due:
        parts.append(alone)
    if of.events:
        parts.append(f"{of.attendance.attended} 人次")
    if of.attendance.rate is not None:
        parts.append(f"到场率 {numbers.rate(of.attendance.rate)}")
    return f"{head}：{'，'.join(filter(None, parts))}"


def by_activity(of: Digest | Period, most: int) -> list[str]:
    """A line for each of the activities with the most events; the others in one."""
    told = [
        f"· {each.activity} {each.events} 场，{f'{each.squads} 个中队，' if each.squads else ''}{each.attended} 人次"
        for each in of.by_activity[:most]
    ]
    rest = of.by_activity[most:]
    return [*told, f"· 其他 {len(rest)} 类 {sum(each.events for each in rest)} 场"] if rest else told


def stamp(shown: Digest) -> str:
    """As of when: 截至 4月3日 16:20, or 4月6日 08:00 冻结."""
    if shown.at is None:
        return "已冻结" if shown.revision else ""
    at = days.moment(shown.at)
    return f"{at} 冻结" if shown.revision else f"截至 {at}"


def medals(shown: Digest) -> list[str]:
    """The nominations of the week by state: 待审 2, 通过 1; without the states that have none."""
    return [f"{word} {shown.nominations[state]}" for state, word in STATE_WORDS.items() if shown.nominations.get(state)]


def late(shown: Digest) -> str:
    """迟报 2 条,补报 1 条; empty when everything came in time."""
    told = [f"{word} {count} 条" for word, count in (("迟报", shown.late), ("补报", shown.backfilled)) if count]
    return ",".join(told)


def corrected(shown: Digest) -> str:
    """冻结后更正(第2版):补报 1 条;场次 4→5,人次 162→206; empty when nothing came later."""
    return f"冻结后更正(第{shown.revision}版):{_changes(shown.correction)}" if shown.correction else ""


def corrected_before(shown: Digest) -> str:
    """更正第13周:…, what came of the week before after its freezing; empty when nothing did."""
    when = "上周" if running(shown) else weeks.week_name(shown.previous.week)
    return f"更正{when}:{_changes(shown.correction_before)}" if shown.correction_before else ""


def _changes(one: Correction) -> str:
    kinds = (("补报", one.changes.reported), ("更正", one.changes.corrected), ("撤回", one.changes.withdrawn))
    was, now = one.was, one.now
    figures = (
        ("场次", was.events, now.events),
        ("中队", was.squads_covered, now.squads_covered),
        ("人次", was.attended, now.attended),
    )
    moved = [f"{word} {before}→{after}" for word, before, after in figures if before != after]
    return f"{'、'.join(f'{word} {count} 条' for word, count in kinds if count)};{','.join(moved) or '总数没有变'}"


def running(shown: Digest) -> bool:
    """Whether the week is not over yet, so that it cannot be compared with a whole one."""
    return shown.at is not None and not shown.revision and week_of(shown.at.date()) == shown.week
