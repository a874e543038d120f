"""Children of one squad by their numbers: 三(2)中队 全班除 3、7号; 1-40号 除7号. No child is named."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.asker import context
from handlers.kit import Ask, Denied, Refusal, Role, Unit
from handlers.reading.medals.particulars import PLACES, numbers_in
from handlers.reading.text import normalise
from handlers.wording import places
from storage.organisation import units
from storage.organisation.units import Kind

# 全班42人: how many they are said to be.
_EVERYBODY = re.compile(
    r"(?:全班(?:同学|队员)?|全体(?:队员|同学)?|全员|(?:所有|全部)(?:队员|同学|人))(?:共?有?(?P<said>\d{1,2})[人名位个])?"
)
# 4号没拿到,其他同学都拿到了; 只有4号没拿到
_ALL_OTHERS = re.compile(r"(?:其他|其余|剩下|别)的?(?:人|同学|队员|孩子)|(?:只有|就差?)(?=[\s第]{0,2}\d)")
_FROM_TO = re.compile(r"\d{1,3}号?\s?[-~至到]\s?\d{1,3}号")
_WHO = r"(?:第?(?<!\d)\d{1,3}(?!\d)号?|[\s、,和与及]|[-~至到])+"
_EXCEPT = re.compile(
    rf"[,(、\s]*(?:除了?|除去|除开|扣除|去掉|排除|不含|不包括|不算|不给|少|缺|差|没有?)\s?(?P<who>{_WHO})(?:[以之]?外|不要)?\)?"
)
# 全班,5号8号除外; 全班都记,3号还没有.
_BUT = re.compile(
    r"[,(、\s]*(?P<who>(?<!\d)(?:第?\d{1,3}(?:号[\s、和与及\-~至到]*|[\s、和与及\-~至到]+))*第?\d{1,3}号)\s?"
    r"(?:同学|队员)?(?:除外|以外|之外|不算|不在内|请假|缺考|[下还再]?[次要需]?补考|[还先暂]?(?:不|没|未)有?[给记要发报含达拿得获通考]?[到过]?|缺|排除)\)?"
)
# What says that somebody is left out.
_LEAVES_OUT = re.compile(r"除|缺|不含|不包括|不算|[以之]外|不给|没|未")
# 除了5号以外都给健体章: everybody else.
_OTHERS = re.compile(_EXCEPT.pattern + r"[,，、\s]*(?:其他|其余|剩下|别)?的?(?:人|同学|队员)?(?:都|全部?|均|大家)")
_MOST = 80


@dataclass(frozen=True, slots=True)
class ClassList:
    """Children of a squad by number, those who are left out, and the words around them."""

    squad: Unit
    numbers: list[int]
    left_out: list[int]
    rest: str

    @property
    def said(self) -> str:
        """38 人(除 3、7号); 2 人(全班 44 人,没有 60号?)."""
        out = f"（除 {'、'.join(map(str, self.left_out))}号）" if self.left_out else ""
        most = self.squad.members or max(self.numbers)
        beyond = "、".join(str(number) for number in self.numbers if number > most)
        return f"{len(self.numbers)} 人{out}" + (f"（全班 {most} 人，有 {beyond}号吗？）" if beyond else "")


def is_list(words: str) -> bool:
    """Whether the words mean a whole class, or a row of its numbers."""
    words = normalise.clean(words).text
    return any(rule.search(words) for rule in (_EVERYBODY, _ALL_OTHERS, _FROM_TO, _OTHERS))


def squad_in(ask: Ask, words: str) -> str:
    """The name of the one squad that the words name; empty for none."""
    hits, _ = context.units_in(ask, words)
    squad = places.by_key(ask, hits[0].unit or "") if len(hits) == 1 else None
    return squad.name if squad else ""


def of_class(ask: Ask, roles: Iterable[Role], words: str, like: str) -> ClassList:
    """The children that the words mean; one's only squad may be left out.

    Raises Refusal showing `like`, the message as it should be, Denied for a squad that is not the asker's.
    """
    hits, scan = context.units_in(ask, words)
    roles = frozenset(roles)
    squad = _named(ask, roles, hits[0].unit) if len(hits) == 1 else places.own_squad(ask.me) if not hits else None
    if squad is None or squad.kind != Kind.SQUAD:
        raise Refusal(f"请写明是哪一个中队，像这样：{like}")
    if not any(grant.role in roles and grant.unit.covers(squad) for grant in ask.me.grants):
        raise Denied(f"{squad.name}不在您负责的范围。", what=like.partition(" ")[0], subject=f"unit:{squad.id}")
    left_out = sorted(
        {each for one in (_EXCEPT, _BUT) for out in one.finditer(scan) for each in numbers_in(out["who"])}
    )
    if left_out:
        scan = _ALL_OTHERS.sub(" 全班 ", _OTHERS.sub(" 全班 ", scan))
    scan = _BUT.sub(" ", _EXCEPT.sub(" ", scan))
    wanted, rest = _wanted(squad, scan, like)
    numbers = [number for number in wanted if number not in left_out]
    if not numbers:
        raise Refusal(f"没看出是哪几位，什么都没有记。请按序号写，像这样：{like}")
    if len(numbers) > _MOST:
        raise Refusal(f"一次最多写 {_MOST} 个人，像这样：{like}")
    if (told := _EVERYBODY.search(scan)) and told["said"] and int(told["said"]) not in (len(wanted), len(numbers)):
        raise Refusal(
            f"{squad.name}登记的是 {len(wanted)} 人，您写的是 {told['said']} 人，什么都没有记。"
            f"谁没有，请写序号，像这样：{like}"
        )
    if 0 in numbers:
        raise Refusal(f"没有 0 号，什么都没有记。像这样：{like}")
    return ClassList(squad, numbers, [number for number in left_out if number in wanted], rest)


def _named(ask: Ask, roles: frozenset[Role], key: str | None) -> Unit | None:
    """The squad of this key where the asker reports, else the only one of where a role is held: a head's school."""
    if found := places.by_key(ask, key or ""):
        return found
    below = [each for each in units.squads(ask.db, ask.me.paths(roles)) if each.key == key]
    return below[0] if len(below) == 1 else None


def _wanted(squad: Unit, scan: str, like: str) -> tuple[list[int], str]:
    """(the numbers that are meant before anybody is left out, the rest of the words)."""
    if _EVERYBODY.search(scan):
        if not squad.members:
            raise Refusal(f"还不知道{squad.name}有多少人，请写序号，像这样：{like.replace('全班', '1-40号')}")
        if PLACES.search(scan) or _LEAVES_OUT.search(scan):
            raise Refusal(f"没看懂全班里谁除外，什么都没有记。请按序号写，像这样：{like}")
        return list(range(1, squad.members + 1)), _plain(_EVERYBODY.sub(" ", scan))
    found = [number for match in PLACES.finditer(scan) for number in numbers_in(match[0])]
    return list(dict.fromkeys(found)), _plain(PLACES.sub(" ", scan))


def _plain(scan: str) -> str:
    return " ".join(re.sub(rf"[{normalise.GAP}{normalise.SECRET}]", " ", scan).split())
