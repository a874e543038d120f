"""The figures of a digest as people name them, and the sum that each of them is (domain §1.4)."""

import re
from dataclasses import dataclass

from handlers.wording import numbers
from storage.digests.figures import Digest, percent
from storage.digests.parts import Parts
from storage.digests.periods import Period

# Not what belongs to a name, 三2中队 and 三(2)中队.
_NUMBER = re.compile(
    r"(?:共|是|有|只有|才)*(?<![\d.(一二三四五六七八九十年\-])(\d+(?:\.\d+)?)(?:/\d+)?\s*"
    r"(场次?|个?(?:签到)?中队|人次|人|名|%)"
)
# 3/24 of a line: so many of the squads.
_OF_ALL = re.compile(r"(?<![\d.])(\d+)/(\d+)(?![\d.])")
# 170余, 20万: only reports are said so.
_HEDGED = re.compile(r"\d\s?[余万]")
# What is said of squads that have not reported: the number may stand before it.
_EXEMPT = (
    (
        "missing",
        r"(?:(\d+)\s*个\s*(?:中队)?)?(?:未签到|没签到|缺报|没报|没有报)(?:的?(?:中队|单位))?(?:数|\s*(\d+)\s*个(?:中队)?|\s+(\d+))?",
    ),
    ("zero", r"(?:(\d+)\s*个\s*(?:中队)?)?没有活动(?:的?中队)?(?:\s*(\d+)\s*个(?:中队)?)?"),
    ("excused", r"(?:(\d+)\s*个\s*(?:中队)?)?请假(?:的?中队)?(?:\s*(\d+)\s*个(?:中队)?|\s+(\d+))?"),
)
_WORDS = (
    ("late", r"迟报(?:数|\s*(\d+)\s*条)?"),
    ("backfilled", r"补报(?:数|\s*(\d+)\s*条)?"),
    ("doubtful", r"到场不到一半(?:\s*(\d+)\s*条)?"),
    ("rate", r"到场率|出席率"),
    ("due", r"应到(?:人数)?(?:\s*(\d+))?"),
    ("heads", r"人次|人数"),
    ("events", r"场次|(?:活动)?场数"),
    ("coverage", r"签到率|覆盖率"),
    ("squads", r"(?:签到|参加)中队数?|中队数|(?:中队)?签到$"),
)
_OF_UNIT = {"场": "events", "场次": "events", "人次": "heads", "人": "heads", "名": "heads", "%": "rate"}
# Which check-ins are shown of a figure; of the others all.
KINDS = {
    "rate": "rated",
    "due": "rated",
    "present": "rated",
    "late": "late",
    "backfilled": "backfilled",
    "doubtful": "doubtful",
}
WORDS = {
    "events": "场次", "squads": "签到中队", "heads": "人次", "rate": "到场率", "late": "迟报", "backfilled": "补报",
    "missing": "未签到", "coverage": "签到率", "zero": "没有活动", "excused": "请假", "doubtful": "到场不到一半",
    "due": "应到", "present": "实到",
}  # fmt: skip
Shown = Digest | Period


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure is meant: its measure, and its value if that was said; `due` of 3/24 is 24."""

    measure: str
    value: float | None = None
    due: int | None = None


def wanted(words: str) -> tuple[Wanted | None, str]:
    """(the figure that the words name, the rest of them): 38场, 场次, 36/40个中队, 迟报5条, 95.2%."""
    found = None
    if _HEDGED.search(words):
        return None, words
    for measure, pattern in _EXEMPT:
        if match := re.search(pattern, words):
            number = next(filter(None, match.groups()), None)
            return Wanted(measure, float(number) if number else None), _around(match, words)
    if match := _NUMBER.search(words):
        found, words = Wanted(_OF_UNIT.get(match[2], "squads"), float(match[1])), _around(match, words)
    elif match := _OF_ALL.search(words):
        found, words = Wanted("squads", float(match[1]), int(match[2])), _around(match, words)
    for measure, pattern in _WORDS:
        if match := re.search(pattern, words):
            number = next(iter(match.groups()), None)
            found = Wanted(measure, float(number) if number else found.value if found else None)
            return found, _around(match, words)
    return found, " ".join(words.split())


def _around(match: re.Match[str], words: str) -> str:
    return " ".join(f"{words[: match.start()]} {words[match.end() :]}".split())


def activities(shown: Shown) -> list[str]:
    """The activities that a digest has figures of, the longest name first."""
    return sorted((each.activity for each in shown.by_activity), key=len, reverse=True)


def value(measure: str, shown: Shown, activity: str = "") -> float | None:
    """The figure as the digest says it; None where it says none."""
    if activity:
        of = next((each for each in shown.by_activity if each.activity == activity), None)
        known = {"events": of.events, "squads": of.squads, "heads": of.attended, "rate": of.rate} if of else {}
        return known.get(measure)
    late = (shown.late, shown.backfilled) if isinstance(shown, Digest) else (None, None)
    doubtful = shown.doubtful if isinstance(shown, Digest) else None
    exempt = (shown.zero, shown.excused) if isinstance(shown, Digest) else (None, None)
    return {
        "events": shown.events, "squads": shown.squads_covered, "heads": shown.attendance.attended,
        "rate": shown.attendance.rate, "missing": shown.squads_missing, "late": late[0], "backfilled": late[1],
        "coverage": percent(shown.squads_covered, shown.squads_due), "zero": exempt[0],
        "excused": exempt[1], "doubtful": doubtful, "due": shown.attendance.rated_due,
        "present": shown.attendance.rated_attended,
    }[measure]  # fmt: skip


def told(measure: str, shown: Shown, activity: str) -> str:
    """The same as it is written."""
    of = value(measure, shown, activity)
    return numbers.rate(of) if measure in ("rate", "coverage") or of is None else f"{of:g}"


def said(measure: str, shown: Shown, of: Parts, activity: str) -> str:
    """The figure and its parts: 38场 = 单独 36 + 联合 2；去重 3；迟报 5."""
    late = [("迟报", of.late), ("补报", of.backfilled)]
    if measure == "events":
        return _sum(f"{of.events}场", (("单独", of.alone), ("联合", of.shared)), [("去重", of.repeated), *late])
    if measure == "heads":
        total = int(value("heads", shown, activity) or 0)
        parts = (("单独", of.heads_alone), ("联合", total - of.heads_alone))
        return _sum(f"{total}人次", parts, [("去重", of.heads - total), *late])
    if measure in ("rate", "due", "present"):
        return _rate(shown, of, activity)
    if measure in ("zero", "excused"):
        return f"{WORDS[measure]} {value(measure, shown) or 0:g} 个中队：这一周说了没有活动，或者请了假的，不算缺报"
    if measure == "doubtful":
        return f"{WORDS[measure]} {value(measure, shown) or 0:g} 条：实到不到应到的一半，可能写错了，请核对"
    if measure in ("late", "backfilled"):
        return f"{WORDS[measure]} {of.late if measure == 'late' else of.backfilled} 条"
    return _squads(measure, shown, of, activity)


def _rate(shown: Shown, of: Parts, activity: str) -> str:
    """To what is told twice of one event only its union counts, so that it is the rate which the digest says."""
    rate, heads = value("rate", shown, activity), shown.attendance
    came, due = (of.rated_attended, of.rated_due) if activity else (heads.rated_attended, heads.rated_due)
    shared = activity and percent(came, due) != rate
    divided = "" if shared else f" = 实到 {came} ÷ 应到 {due}"
    twice = f"；去重 {of.rated_attended - came}" if of.rated_attended > came else ""
    twice = "；同一场里重复报的人数只计一次" if shared else twice
    return f"到场率 {numbers.rate(rate)}{divided}{twice}；按写了应到的 {of.rated} 条签到算（共 {of.reports} 条）"


def _squads(measure: str, shown: Shown, of: Parts, activity: str) -> str:
    covered = int(value("squads", shown, activity) or 0)
    if measure == "missing":
        rest = [("没有活动", shown.zero), ("请假", shown.excused)] if isinstance(shown, Digest) else []
        less = "".join(f" − {word} {count}" for word, count in [("已签到", covered), *rest] if count)
        return f"未签到 {shown.squads_missing} 个 = 应签到 {shown.squads_due}{less}"
    if activity:
        return f"{covered}个中队：自己报了「{activity}」的"
    named = min(len(of.named), covered)
    told = _sum(f"{covered}个中队", (("自己报", covered - named), ("联合活动里写到", named)), [])
    return f"{told}；应签到 {shown.squads_due}（{numbers.share(covered, shown.squads_due)}）"


def _sum(total: str, parts: tuple[tuple[str, int], ...], beside: list[tuple[str, int]]) -> str:
    terms = " + ".join(f"{word} {count}" for word, count in parts if count)
    more = "".join(f"；{word} {count}" for word, count in beside if count)
    return f"{total}{f' = {terms}' if terms else ''}{more}"
