"""What a period came to, in words: the line of the result, and one an activity; of a week as of a year."""

from collections.abc import Callable, Sequence

from handlers.wording import numbers
from storage.digests.figures import Attendance, Digest, Part
from storage.digests.periods import Period

# What a phone shows of one message without getting lost in it.
MOST_LINES, MOST_CHARACTERS = 25, 1200


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
        parts.append(f"到场率 {numbers.rate(of.attendance.rate)}（{_over(of.attendance)}）")
    return f"{head}：{'，'.join(filter(None, parts))}"


def _over(heads: Attendance) -> str:
    """2 条写了应到：实到78/应到86."""
    # What was frozen before they were counted does not know how many they were.
    number = f"{heads.rated} 条写了应到：" if heads.rated else ""
    return f"{number}实到{heads.rated_attended}/应到{heads.rated_due}"


def fitting(said: Callable[[int], Sequence[str]], most: int) -> str:
    """The lines of `said(n)`, as long as a phone shows: of each list `n` lines, at most `most`."""
    for number in range(most, 0, -1):
        text = "\n".join(said(number))
        if text.count("\n") < MOST_LINES and len(text) <= MOST_CHARACTERS:
            break
    return text


def by_part(parts: Sequence[Part], most: int, skip: int = 0) -> list[str]:
    """A line for each of the schools, or for each squad of a school."""
    return [f"· {each.name} {_part(each)}" for each in parts[skip : skip + most]]


def _part(one: Part) -> str:
    squads = f"{one.covered}/{one.due} 个中队，" if one.due else ""
    return f"{squads}{one.events} 场，{one.attended} 人次" if squads or one.events else "没有签到"


def by_activity(of: Digest | Period, most: int) -> list[str]:
    """A line for each of the activities with the most events; the others in one."""
    told = [
        f"· {each.activity} {each.events} 场，{f'{each.squads} 个中队，' if each.squads else ''}{each.attended} 人次"
        for each in of.by_activity[:most]
    ]
    rest = of.by_activity[most:]
    return [*told, f"· 其他 {len(rest)} 类 {sum(each.events for each in rest)} 场"] if rest else told
