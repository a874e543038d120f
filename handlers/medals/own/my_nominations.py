"""我的提名, 提名的怎么样了: what came of one's own nominations."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from handlers.asker import context
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.medals import decisions, proposals
from handlers.medals.awards import eligibility, missing
from handlers.medals.own import cases as own
from handlers.medals.own import squad_list
from handlers.registry import command, edits, reads
from handlers.wording import places
from storage.base import numbered
from storage.medals import nominations

# 离二星章还差什么 实验小学, 育红小学离二星章还差什么.
_SCHOOL = re.compile(
    r"(?![我咱本全])(?:(?![离距章星看查在])[\u4e00-\u9fff]){2,10}(?:小学|中学|学校)(?:[一二三四五六七八九\d][(（]\d{1,2}[)）])?"
)
_STAYS = "您改了一条发过的消息。提名不能这样改，已经记下的不变。要改就发「我的提名」看编号，撤回后重新提名。"
# Between the platform's clock and ours.
_CLOCKS_DIFFER = timedelta(minutes=2)


@command(
    "我的提名", "nominations", who=proposals.NOMINATORS, group="奖章", rank=10, help="看我的提名走到哪一步",
    looks=".*", examples=("我的提名",), shows=nominations.LETTER,
)  # fmt: skip
def show_mine(ask: Ask) -> Reply:
    """The asker's latest cases, or the one with this number."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if not number:
        return own.latest(ask)
    case = nominations.by_number(ask.db, number)
    if case is None or case.holder != ask.me.id:
        raise Refusal(f"{decisions.NUMBERS.unknown(ask, number)}发「我的提名」看您提名的。", own.MINE)
    return own.listed(ask, [case], "您的提名")


@reads("nomination_query")
def asked(ask: Ask) -> list[Reply]:
    """李小红的提名通过了吗, 一星章还剩几个名额, 离一星章还差什么."""
    said = ask.heard.query or {}
    if said.get("lacks"):
        if missing.READERS.isdisjoint(ask.me.roles):
            raise Refusal("离奖章还差什么，由学校的老师和上级少工委看。")
        unit = places.by_key(ask, str(said.get("unit") or ""))
        school = _SCHOOL.search(ask.args)
        where = " ".join(filter(None, (school[0] if school else "", unit.name if unit else "")))
        return [missing.for_star(replace(ask, args=where), str(said.get("medal") or ""))]
    return [_left(ask, said) if said.get("left") or "名额" in ask.message.text else _shown(ask, said)]


@edits("nomination")
def edited(ask: Ask) -> Reply | None:
    """None as long as the sender has nominated nobody since the message was sent."""
    if context.reading_of(ask, ask.args).intent != "nomination":
        return None
    last = nominations.of_person(ask.db, ask.me.id, 1)
    recorded = last and last[0].made_at >= ask.message.sent_at - _CLOCKS_DIFFER
    return Reply(_STAYS, (Button("我的提名", "我的提名"),)) if recorded else None


def _left(ask: Ask, said: Mapping[str, object]) -> Reply:
    """一星章还剩几个名额: the quotas in which one's own nominees count, with their arithmetic."""
    named = places.by_key(ask, str(said.get("unit") or ""))
    mine = [grant.unit for grant in ask.me.grants if grant.role in proposals.NOMINATORS]
    at = [unit for unit in mine if named is None or named.covers(unit) or unit.covers(named)]
    found = eligibility.left_at(ask, at, said.get("medal"))
    if not found and (honour := own.places_of_honour(ask)):
        return honour
    return Reply("\n".join(found) if found else "这里本学期还没有定名额，定了才有数。名额由评定那一级定。")


def _none_such(number: str) -> Reply:
    return Reply(f"{number} 不在您提名的里面。您的提名都在「我的提名」里。", (own.MINE,))


def _shown(ask: Ask, said: Mapping[str, object]) -> Reply:
    """How far one's own nominations are; nothing named: the latest ones."""
    number, _ = numbered.anywhere(ask.args, nominations.LETTER)
    if number:
        mine = [case for case in nominations.of_person(ask.db, ask.me.id, own.LOOKED_AT) if case.number == number]
        return own.listed(ask, mine, "您提名的这一件") if mine else _none_such(number)
    if said.get("who"):
        return squad_list.shown(ask, said)
    named = any(said.get(key) for key in ("medal", "name"))
    found = own.meant(ask, said) or own.by_short(ask, nominations.of_person(ask.db, ask.me.id, own.LOOKED_AT), ask.args)
    named = named or bool(found)
    if said.get("reason") and (stays := own.reason_stays(ask, found)):
        return stays
    if not named:
        return own.latest(ask)
    if not found:
        return Reply("没有找到您说的提名。您的提名都在「我的提名」里。", (own.MINE,))
    return own.listed(ask, found[: own.LISTED], f"您提名的有 {len(found)} 件")
