"""The nearest example that works when it is sent back: of the asker's own units, with what was understood."""

import re
from collections.abc import Sequence

from handlers.asker.schools import has_several_schools, school_of
from handlers.catalogue.model import Row
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Role, Unit
from handlers.reading import Reading, Record
from handlers.registry import Command, most_used
from storage.organisation import units
from storage.organisation.units import Kind

_USUAL, _USUAL_NAME, _ACTIVITY, _HEADS = "3-2", "三(2)中队", "主题队日", 38
_NOTHING = Record()
_QUOTED, _SHOWN = re.compile("「([^」]+)」"), re.compile("像这样|[如发][:：]|(?<!这样)写[:：]|改好再发")
# A number that there may not be, a blank to be filled.
_NOT_AS_IT_IS = re.compile(r"像这样.*[A-Z]\d{8}-\d\d|[〈〉]")
# What a row may be called by, and as many as a small screen shows with their examples.
_BEGINS, _MOST_AKIN = re.compile("[\u4e00-\u9fff]{2,8}"), 3
_USUAL_SHOWN = re.compile(rf"(?<![^\s：]){re.escape(_USUAL_NAME)}(?=\s|$)")
_NO_SQUAD = "您的单位还没有中队，这一项现在用不上。"
_WORK = ADMINS | {Role.CARE_ADMIN, Role.GROUP_HEAD}
_WHOLES, _ALONE = frozenset({Kind.SCHOOL, Kind.GRADE}), frozenset({Kind.SCHOOL, Kind.KINDERGARTEN})


def nearest(ask: Ask, heard: Reading | None = None) -> str:
    """`报活动像这样发:` with a check-in for whoever reports, else a command of theirs that stands by itself."""
    if ask.me.roles & REPORTERS:
        return f"报活动像这样发：\n{checkin(ask, *(heard.records if heard else ())[:1])} 清明祭英烈"
    word = _standing(ask)
    look = f"看本周情况，发「{word}」。" if word == "周报" else f"可以发「{word}」。"
    # Whoever leads something else than squads reports its work.
    return f"报一项工作，发「上报」看您能报什么；{look}" if ask.me.roles & _WORK else look


def beside(ask: Ask, said: str, meant: Command | None) -> tuple[Button, ...]:
    """What works, as a button under a refusal that names nothing: of the command that was meant, else of theirs."""
    words = {word for each in ask.features for word in each.words if each.allows(ask.person)} - {"帮助"}
    named = (quoted.split()[0] for quoted in _QUOTED.findall(said) if quoted.strip())
    own = meant if meant and meant.allows(ask.person) else None
    how = own and (Button(f"{own.words[0]}怎么发", "帮助", own.words[0]),)
    if how and _NOT_AS_IT_IS.search(said):
        return how
    if _SHOWN.search(said) or not words.isdisjoint(named):
        return ()
    if own and how:
        return (Button(own.words[0], own.words[0]),) if own.words[0] in own.examples else how
    if ask.me.roles & REPORTERS:
        # Without the number, so that nothing is recorded by a slip.
        return (Button(f"报{unit(ask)}", "签到", f"{unit(ask)} {_ACTIVITY}"),)
    word = _standing(ask)
    return (Button(word, word),)


def spoken(buttons: Sequence[Button]) -> str:
    """The same where an answer is quicker without any."""
    return "".join(f"可以发：{each.typed}" for each in buttons)


def of_theirs(ask: Ask, said: str) -> str:
    """The words with a squad of the asker's, and its school where needed, in 像这样：撤回同意 三(2)中队 王小明."""
    head, mark, example = said.partition("像这样")
    if ask.person is None or not _USUAL_SHOWN.search(example):
        return said
    name = _own_squad(ask)
    return head + mark + _USUAL_SHOWN.sub(name, example) if name else f"{head.rstrip('，。')}。{_NO_SQUAD}"


def listed(ask: Ask, every: Sequence[str]) -> str:
    """The examples of a command, a line each, with a squad of the asker's."""
    shown = [each for each in every if _USUAL_SHOWN.search(each)]
    name = _own_squad(ask) if shown else _USUAL_NAME
    lines = [f"· {_USUAL_SHOWN.sub(name, each)}" for each in every if name or each not in shown]
    return "\n".join(["可以这样发：", *lines]) if lines else _NO_SQUAD


def _own_squad(ask: Ask) -> str:
    """Empty for whoever leads a school or a kindergarten in which there is none."""
    tops = [grant.unit for grant in ask.me.grants]
    bare = any(each.kind in _ALONE for each in tops) and not units.squads(ask.db, [each.path for each in tops])
    return "" if bare else squad(ask, tops)


def _standing(ask: Ask) -> str:
    """The most used of their commands that says something by itself."""
    mine = most_used(each for each in ask.features if each.words[0] in each.examples and each.allows(ask.person))
    return mine[0].words[0]


def squad(ask: Ask, tops: Sequence[Unit]) -> str:
    """What a squad at or below these units is called there: with its school, where there are several."""
    found = units.usual(ask.db, [each.path for each in tops], Kind.SQUAD, _USUAL_NAME)
    if found is None:
        return _USUAL_NAME
    return found.name if len({each.school_id for each in tops} - {None}) == 1 else units.full_name(ask.db, found)


def planned(ask: Ask, said: Record) -> str:
    """What is said to a plan: nothing is recorded, and when and how it is reported."""
    report = (
        f"直接发给我，像这样：\n{checkin(ask, said)}" if ask.me.roles & REPORTERS else f"由辅导员来报。{nearest(ask)}"
    )
    return f"这是还没办的活动，没有记录。办完的那天{report}"


def checkin(ask: Ask, said: Record = _NOTHING) -> str:
    """`五(1)中队 主题队日 38人`, with the unit, where it is the asker's, and the activity that were read."""
    return f"{unit(ask, said.unit)} {said.activity or _ACTIVITY} {_HEADS}人"


def unit(ask: Ask, key: str | None = None) -> str:
    """What a unit is called that the asker may report for: the one of this key, else their own, else one below."""
    own = ask.me.units(REPORTERS)
    found = [each for each in own if each.kind not in _WHOLES]
    for whole in own:
        if whole.kind in _WHOLES and whole.school_id:
            squads = [each for each in school_of(ask, whole.school_id).units.values() if whole.covers(each)]
            found += sorted(squads, key=lambda each: each.key != _USUAL)
    one = next((each for each in found if key and each.key == key), found[0] if found else None)
    return _name(ask, one) if one else _USUAL_NAME


def _name(ask: Ask, one: Unit) -> str:
    return units.full_name(ask.db, one) if has_several_schools(ask) else one.name


def of_rows(rows: Sequence[Row]) -> str:
    """How they are reported: 报「阵地设施」像这样发."""
    return "\n".join(f"报「{row.name}」像这样发：\n{row.example}" for row in rows)


def akin(rows: Sequence[Row], text: str) -> str:
    """How those are reported of whose words the text begins with a part: 设施 3; of 活动, which many have, empty."""
    part = _BEGINS.match(text)
    found = [row for row in rows if part and any(part[0] in word for word in (row.name, *row.words))]
    return of_rows(found) if len(found) <= _MOST_AKIN else ""


def not_yours(row: Row) -> str:
    """What whoever does not report a row is told."""
    return f"{row.name}由{'、'.join(row.at)}来报，不由您来报，没有记录。发「上报」看您能报什么。"
