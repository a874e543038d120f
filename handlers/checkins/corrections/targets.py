"""Which check-in is meant: by number, by what is named of it, or the last one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers import rights
from handlers.asker import context, examples
from handlers.attendance import phrases, recent
from handlers.kit import REPORTERS, Ask, Button, Denied, NotMeant, Refusal, Unit
from handlers.reading import Reading, Record
from handlers.wording import days, places
from storage.base import numbered
from storage.checkins import checkins
from storage.organisation import units

NOTHING = Record()


# All that a withdrawal or restoring says that names nothing: then the last one is meant.
_BARE = re.compile(
    r"(?:撤[回销了掉]|作废|收回|删[掉除了]|取消|恢复|还原|不算|不要|重新?报?|发|[报写填搞弄]?错|刚才|刚刚|刚|最后|最近|上面|上|前面|前|那|这|一|条|次|个|下|的|了"
    r"|签到|打卡|记录|提交|上报|报|消息|请|麻烦|帮我|帮忙|我|把|要|想|老师|谢谢|[您你]好|吧|啊|呀|吗|cancel|[\W_]"
    r"|[哎唉诶呃额嗯哦噢]|不好意思|对不起|抱歉|还是|先|就|给|重复|重|多|去掉|撤)*",
    re.IGNORECASE,
)
# 上一节其实是38人: of several on a day, whichever of them that is.
_EARLIER = re.compile(r"(?<!\d)[上前头]一?[场次节]|[前之]前?面?那?一?[条个]")
_ISSUE = re.compile(r"第\s?([一二三四五六七八九]|\d{1,3})\s?期")
_SEQUENCE = re.compile(r"第\s?([一二三四五六七八九1-9])\s?[场次节]")
# 第一条改成42: the first of those that were told, or of those that are shown?
_ORDINAL = re.compile(r"第\s?[一二三四五六七八九1-9]\s?[条个]")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_CLAUSE = re.compile(r"[,，。;；:：\n]")
# 除了队课其他两条都撤回, 只留队课: what is named is what stays.
_STAYS = re.compile(r"除了?|以外|之外|[只保]留|留[下着]|其[他余它]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with one: the command `word`, with `more` behind its number; `gone`: with a withdrawn one.

    `sequence`: 第2场 of its day, `issue`: 第5期 of its series; 0 where none is named.
    """

    word: str
    more: str = ""
    gone: bool = False
    sequence: int = 0
    issue: int = 0

    def columns(self) -> dict[str, Any]:
        """What is named of it beside the unit, the activity, the day and the heads."""
        return {name: value for name, value in (("sequence", self.sequence), ("issue", self.issue)) if value}


def meant(ask: Ask, word: str) -> tuple[checkins.Checkin, str]:
    """The check-in that is meant, by number (#17, as the buttons say it) or by words, and what else was said."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied(f"签到由报它的老师来改。{examples.nearest(ask)}", what="更正")
    number, words = numbered.row(ask.args)
    if number is not None:
        return _numbered(ask, number), words
    if case := numbered.lettered(ask.message.text):
        raise _no_checkin(case)
    reading = context.reading_of(ask, f"{word} {phrases.with_heads(ask.args)}")
    if reading.intent.startswith("nomination"):
        raise NotMeant
    return of_reading(ask, reading, Wish(word, ask.args if word == "更正" else "")), ask.args


def of_reading(ask: Ask, reading: Reading, wish: Wish) -> checkins.Checkin:
    """The one that the words of a correction, withdrawal or restoring name."""
    target = _target(ask, reading)
    if sequence := _SEQUENCE.search(ask.args):
        wish = replace(wish, sequence=int(sequence[1].translate(_DIGITS)))
    if issue := _ISSUE.search(ask.args):
        wish = replace(wish, issue=int(issue[1].translate(_DIGITS)))
    if target == NOTHING and (case := numbered.meant(ask.message.text)):
        raise _no_checkin(case)
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied(f"签到由报它的老师来改。{examples.nearest(ask)}", what="更正")
    if _STAYS.search(ask.args):
        raise which(ask, _found(ask, {}, None, wish)[:5], wish)
    if (
        target == NOTHING
        and wish.word != "更正"
        and not wish.columns()
        and not _BARE.fullmatch(_CLAUSE.split(ask.args)[0])
    ):
        # 把张三删了: whatever that is, it is not the last check-in.
        raise which(ask, _found(ask, {}, None, wish)[:5], wish)
    return named(ask, target, wish)


def _no_checkin(case: str) -> Refusal:
    nominated = f"要撤回还没审的提名，发「撤回提名 {case}」；" if numbered.lettered(case)[:1] == "N" else ""
    return Refusal(f"{case} 不是签到的编号，签到没有动。{nominated}看报过的签到，发「我的」。")


def _numbered(ask: Ask, number: int) -> checkins.Checkin:
    gone = checkins.withdrawn(ask.db, number)
    if gone and is_own(ask, gone):
        raise Refusal(f"已处理过：{phrases.dated(gone, ask.today)} 已经撤回，现在没有计入周报。要重新报，直接发就行。")
    found = checkins.by_id(ask.db, number)
    if found is None or not is_own(ask, found):
        none = f"您没有编号 {number} 的签到，什么都没有动。发「我的」看您报过的。"
        raise Denied(none, what="更正", subject=f"checkin:{number}") if found or gone else Refusal(none)
    return found


def is_own(ask: Ask, found: checkins.Checkin) -> bool:
    """Whether the asker may change it."""
    unit = units.by_id(ask.db, found.unit_id)
    return rights.may_change(ask.me, unit, found.person_id)


def named(ask: Ask, target: Record, wish: Wish) -> checkins.Checkin:
    """The one check-in that has all that is named of it, else the last one; raises Refusal for several and for none."""
    of, unit = _columns(target), _unit(ask, target)
    of |= wish.columns()
    found = _found(ask, of, unit, wish)
    if not of and unit is None:
        last = recent.recorded(ask) if not wish.gone else []
        if found and _EARLIER.search(ask.args):
            found = [one for one in found if one.day == found[0].day or recent.is_fresh(ask, one)]
        else:
            found = found[:5] if _ORDINAL.search(ask.args) else last if len(last) > 1 else found[:1]
    if not found:
        raise _none(ask, of, unit, wish)
    if len(found) > 1:
        raise which(ask, found, wish)
    return found[0]


def _columns(target: Record) -> dict[str, Any]:
    of = {"activity": target.activity, "day": target.date, "attended": target.attended}
    return {name: value for name, value in of.items() if value is not None}


def _unit(ask: Ask, target: Record) -> Unit | None:
    unit = places.by_key(ask, target.unit) if target.unit else None
    if target.unit and unit is None:
        raise Refusal(f"没有找到{places.key_name(target.unit)}，什么都没有动。")
    return unit


def _found(ask: Ask, of: dict[str, Any], unit: Unit | None, wish: Wish) -> list[checkins.Checkin]:
    """Of a unit all that the asker may change; else what they reported themselves, else what is theirs."""
    here = {**of, "unit_id": unit.id} if unit else of
    mine = checkins.matching(ask.db, {**here, "person_id": ask.me.id}, gone=wish.gone)
    found = mine or checkins.matching(ask.db, here, ask.me.paths(REPORTERS), gone=wish.gone)
    return [one for one in found if is_own(ask, one)]


def which(ask: Ask, found: Sequence[checkins.Checkin], wish: Wish) -> Refusal:
    """Several may be meant: each has its button, and nothing is done."""
    if not found:
        raise _none(ask, {}, None, wish)
    lines = "\n".join(f"· {phrases.dated(one, ask.today)} {phrases.heads(one)}" for one in found)
    squads = len({one.unit_id for one in found}) > 1
    labels = (f"{one.unit_name if squads else days.short(one.day)} {phrases.told_apart(one)}" for one in found)
    args = (f"#{one.id} {wish.more}".strip() for one in found)
    buttons = (Button(label, wish.word, each) for label, each in zip(labels, args, strict=True))
    asks = f"有 {len(found)} 条，要{wish.word}哪一条？" if len(found) > 1 else f"要{wish.word}的是这一条吗？"
    return Refusal(f"{asks}还没有动。\n{lines}", *buttons)


def _none(ask: Ask, of: dict[str, Any], unit: Unit | None, wish: Wish) -> Refusal:
    if wish.gone:
        return Refusal("没有找到您撤回过的这条签到，什么都没有动。发「我的」看现在有哪些。")
    if not of and unit is None:
        return Refusal(f"没有可以更正或撤回的签到。先报一次，像这样发：{examples.checkin(ask)}")
    there = _found(ask, {}, unit, wish)
    if unit is not None and not there and not rights.may_report(ask.me, unit):
        return Denied(f"{unit.name}不在您负责的范围，什么都没有动。", what="更正", subject=f"unit:{unit.id}")
    said = [unit.name if unit else "", days.day(of["day"], ask.today) if "day" in of else "", of.get("activity", "")]
    said += [f"实到{of['attended']}"] if "attended" in of else []
    said += [f"第{of[name]}{measure}" for name, measure in (("sequence", "场"), ("issue", "期")) if name in of]
    last = (
        f"最近报的是：{phrases.dated(there[0], ask.today)} {phrases.heads(there[0])}"
        if there
        else "发「我的」看报过的。"
    )
    return Refusal(f"没有找到{' '.join(filter(None, said))}的签到，什么都没有动。{last}")


def _target(ask: Ask, reading: Reading) -> Record:
    """What is named of the one that is meant: before a turn (昨天的队会改成41人), or beside the new heads."""
    if "UNIT_AMBIGUOUS" in reading.issues:
        raise Refusal(f"是几年级的？什么都没有动。请写全，像这样：{examples.unit(ask)}")
    target, record = reading.target or Record(), next(iter(reading.records), Record())
    if reading.intent != "correct" or target.activity or target.date or target.attended is not None:
        return target
    if record.attended is None and record.due is None and record.absent is None:
        return target
    beside = replace(target, activity=record.activity, date=record.date if record.dated else None)
    if not recent.recorded(ask) or (beside.activity and beside.date):
        return beside
    # Of an activity that is there heads are corrected; else what was just recorded gets another activity or day.
    there = beside.activity and _found(ask, _columns(beside), _unit(ask, target), Wish(""))
    return beside if there else target
