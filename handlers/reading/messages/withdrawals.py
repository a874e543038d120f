"""Messages that take back or exchange: a check-in, a nomination, a nominee; or bring back what was taken back."""

import re
from dataclasses import replace

from handlers.privacy.names import persons
from handlers.reading.checkins.checkin import Found, read_checkin
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.particulars import PLACE, places_apart
from handlers.reading.model import Context, Existing, Reading, Record
from handlers.reading.persons.names import is_name, is_nickname, name_at_start, split_names
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# What is withdrawn: a record. 取消 alone may be said of the activity as well: 升旗因雨取消.
CANCEL = pattern(
    r"撤回|撤销|作废|收回|删掉|删除|删了|删一?[条下个]|取消|撤(?:一下|掉|了|下来)|(?<=[条才刚次面个])的?不(?:算数?|要了)(?![^,。\n])|(?<=[会课日旗扫到])不要了\W*$"
)
# 刚才那个不算,人数39: put right.
_NEWS = pattern(r"[,。\s]*(?:人数|实到|应该?是|改[成为])\s?[是为:]?\s?\d")
_CANCEL_WHAT = pattern(r"签到|打卡|记录|上[一]?条|刚才|那条|这条|提交|上报|提名|推荐|申报")
_RESTORE = pattern(
    r"^\W{0,2}(?:算了|还是|[,\s])*(?:请|麻烦)?(?:帮我|帮忙)?(?:把.{0,20}|[^,。\n]{0,12}(?:撤[回销掉了]|删[掉除了]?)[了的]{1,2}[^,。\n]{0,8})?(?:恢复|还原)(?!.{0,20}(?:提醒|健康|身体|提名|推荐|申报|[星奖]章|单位|账号|通知|上课|正常))"
)
REPLACE = pattern(
    r"代替|顶替|让给|换成|换为|替换为|替换成|改成|改为|改[报提推]|更换为|调整为|替?换[上下掉]?|改(?![正错变进])|应该?[是为]|[写报填弄打]错了?[,、\s]*(?:应该?)?是|→|-+>|=>|不再?(?:推荐?|提名|申?报|评|要)了[,。;\s]*(?:就|改)?(?:推荐?|提名|申?报)"
)
# 一星章换成李小红: of the one that stands, who is not named.
_ANEW = pattern("替?换[成为]|改[成为报提推]|替换|更换为|调整为")
# 刚提名的名字打错了,是王小敏: of the one that stands.
_SLIP = pattern(r"(?:提名|推荐|申?报)的?[^,;。!\n]{0,6}(?:名字|姓名)[写报填弄打]错")
# 李小红那个不要了, 王小明的提名取消
_ONE = pattern(
    r"^\W{0,2}(?:把|刚才|刚刚|昨天|上午|之前)?(?:提名?|报|推荐)?的?(?P<who>[\u4e00-\u9fff·]{2,4}?)(?:同学)?的?"
    r"(?:[那这][个条件]|提名)(?:先|就|也)?(?:不再?(?:要|报|推荐?|提|评)了?|撤[了掉回销]|取消|作废|算了|去掉)[吧了啊]*\W*$"
)
_NUMBERS = pattern(r"\d{1,3}号\s?(?:替?换|更换|调换)[成为]\s?\d{1,3}号")
_FOR = pattern("(?:替?换|更换|调换)[成为]")
_WHO = r"[\u4e00-\u9fff·]{2,4}?|\d{1,3}号"
# 不是王小明,是李小红; 应该是李小红不是王小明.
RATHER = pattern(
    rf"不是(?P<old>{_WHO})[,、\s]*(?:而是|应该?[是为]|是)(?P<new>{_WHO})(?![\u4e00-\u9fff])"
    rf"|(?:应该?[是为]|是)(?P<right>{_WHO})[,、\s]*不是(?P<other>{_WHO})(?![\u4e00-\u9fff])"
)
# 王小明不是一星章, 是劳动章; 王小明是劳动章不是一星章; 王小明报成一星章了, 应该是劳动章.
OTHER_MEDAL = pattern(
    rf"(?:不(?:是|应该?是?)|报成)报?(?P<old>{GAP}+)[了的]?[\s,、;。]*(?:而是|应该?[是为报]?|是|要报)报?(?P<new>{GAP}+)"
    rf"|(?:应该?[是为报]?|是|要报)报?(?P<right>{GAP}+)[\s,、;。]*(?:而)?不[是应]该?报?(?P<other>{GAP}+)"
)
# 用李小红替换王小明: the new one comes first.
_NEW_FIRST = ("代替", "顶替")
_WITH_WHOM = pattern(r"(?:用|让)[^,;。!\n]{2,12}$")
# 王小明不报了, 一星章不要了, 撤掉: it stood and shall no more.
GIVES_UP = pattern(
    r"(?:不|别)再?(?:推荐|提名|申报|参评|报|评|争|要|推|提|上)[^,;。!?\n]{0,12}了(?![吗么])|[报写弄填打]错了?|撤[掉了下]|拿掉|去掉|划掉"
)
_CUT = pattern(
    rf"[\s、,;。!?:/()|{GAP}]+|的|把|将|给|替|同学|队员|为|由|从|了|[吧啦]|[去拿划撤删]掉|[看查问](?:看|查|问|下)|一下|那个|这个|那件|提名|用|让|帮我|[报写弄填]错|[不别]再?(?:推荐|提名|申报|参评|[报评争要推提上])"
)
# 要撤回吗, 是否取消; but 能撤回吗 asks for it.
ASKS_WHETHER = pattern(
    r"(?:要不要|是否|该不该|用不用|需不需要)[^,。\n]{0,12}(?:撤|取消|作废|删)"
    r"|^(?!.*(?:能|可以|可否|帮|麻烦|请)).*(?:撤[回销掉]?|取消|作废|删[掉除]?)了?(?:没有?|吗|么)\W*$"
)
_SHORT, _LONGEST = 12, 40


def cancels(text: str, hits: list[Hit]) -> bool:
    """Whether `text` withdraws a record: 撤回, 取消三(2)中队今天的签到; not 升旗取消."""
    found = CANCEL.search(text)
    if found is None or _NEWS.match(text, found.end()):
        return False
    if found[0] == "取消":
        return _CANCEL_WHAT.search(text) is not None or text.strip() == "取消"
    short = len(text) < (_LONGEST if hits else _SHORT)
    return short or _CANCEL_WHAT.search(text) is not None or CANCEL.match(text) is not None


def restores(text: str) -> bool:
    """Whether `text` brings back what was withdrawn: 恢复三(2)队会."""
    told = "恢复" in text or "还原" in text
    return told and len(text) < _LONGEST and _RESTORE.search(text) is not None


def read_restoring(found: Found, context: Context) -> Reading:
    """恢复三(2)中队昨天的队会 -> what is named of it."""
    return Reading("restore", "ok", target=_target(found, read_checkin(found, replace(context, existing=()))))


def read_cancel(found: Found, context: Context) -> Reading:
    """撤回三(2)中队今天的签到 -> exactly what is named: unit, activity, day, number of heads."""
    plain = read_checkin(found, replace(context, existing=()))
    target = _target(found, plain)
    day = target.date
    records = tuple(
        Record(unit=record.unit, activity=record.activity, date=day, dated=record.dated)
        for record in plain.records
        if record.unit and (found.hits or target.activity or target.date)
    )
    unknown = [issue for issue in plain.issues if issue in ("UNIT_UNKNOWN", "UNIT_AMBIGUOUS")]
    if unknown:
        return Reading("cancel", "clarify", tuple(unknown), records, target=target)
    there = all(stored(record, context) for record in records) if records else bool(context.existing)
    return Reading(
        "cancel", "ok" if there else "clarify", () if there else ("NOTHING_TO_CORRECT",), records, target=target
    )


def _target(found: Found, plain: Reading) -> Record:
    """What the words name of a record; what nobody said is None."""
    first = plain.records[0] if plain.records else Record()
    return Record(
        unit=first.unit if found.hits else None,
        activity=found.whole.activity.name,
        date=first.date if found.dates else None,
        attended=first.attended,
        dated=first.dated,
    )


def stored(record: Record, context: Context) -> bool:
    """Whether a check-in of this unit (and date, where said) is there."""
    return any(
        is_of(old, record) and (record.date is None or old.date in (None, record.date)) for old in context.existing
    )


def is_of(old: Existing, record: Record) -> bool:
    """Whether it is a check-in of the record's unit."""
    return old.medal is None and old.unit == record.unit


def _turned(match: "re.Match[str]") -> str:
    return f"{match['old'] or match['other']}换成{match['new'] or match['right']}"


def read_replacement(
    scan: str, hits: list[Hit], medals: list[Medal], context: Context, turns: "re.Pattern[str]" = REPLACE
) -> Reading | None:
    """把四(1)中队一星章的王小明换成李小红; None unless two persons are named. `turns`: what stands between them."""
    scan = RATHER.sub(_turned, scan)
    turn = next((match for match in [*turns.finditer(scan)][::-1] if _persons(scan[match.end() :])), None)
    if turn is None:
        return _other_medal(scan, hits, medals, context)
    old, new = _persons(scan[: turn.start()]), _persons(scan[turn.end() :])
    if _WITH_WHOM.search(scan[: turn.start()]) or turn[0] in _NEW_FIRST:
        old, new = new, old
    if not old and GIVES_UP.search(scan, turn.end()):
        old = new[1:]
    slip = _SLIP.search(scan) is not None and not medals
    old = [] if slip else old
    if not new or not (old or slip or context.existing or _ANEW.match(turn[0])):
        return None
    unit, medal = target_of(hits, medals, context)
    fields = {"unit": unit, "medal": medal, "old": old[-1] if old else None, "new": new[0]}
    there = any(
        state.medal and state.name == fields["old"] and unit in (None, state.unit) and medal in (None, state.medal)
        for state in context.existing
    )
    issues = [] if there else ["NOTHING_TO_CORRECT"]
    if not (_is_whole(new[0]) or PLACE.fullmatch(new[0])):
        issues.append("NAME_INCOMPLETE")
    return Reading("nomination_replace", "clarify" if issues else "ok", tuple(issues), replace=fields)


def of_one_child(text: str) -> bool:
    """李小红那个不要了; 李小红换成周子轩, 7号换成9号: nothing but the exchange between them."""
    given_up = _ONE.match(text)
    if (
        _SLIP.search(text)
        or _NUMBERS.search(text)
        or (given_up and is_name(given_up["who"]) and persons(given_up["who"]))
    ):
        return True
    return any(
        (before := persons(text[: turn.start()])[-1:])
        and text[: turn.start()].endswith(before[0])
        and any(text.startswith(name, turn.end()) for name in persons(text[turn.end() :])[:1])
        for turn in _FOR.finditer(text)
    )


def _other_medal(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """王小明的一星章换成二星章, 王小明不是一星章是劳动章: the same child for another medal."""
    if rather := OTHER_MEDAL.search(scan):
        old, new = ("old", "new") if rather["old"] else ("other", "right")
        pair = [one for key in (old, new) for one in medals if rather.start(key) <= one.start < rather.end(key)]
        return _exchanged(_persons(f"{scan[: rather.start()]}{GAP}{scan[rather.end() :]}"), pair, hits, context)
    for turn in REPLACE.finditer(scan):
        before, behind = ([one for one in medals if (one.start < turn.start()) is first] for first in (True, False))
        if len(before) == len(behind) == 1:
            return _exchanged(_persons(scan[: turn.start()]), before + behind, hits, context)
    return None


def _exchanged(who: list[str], medals: list[Medal], hits: list[Hit], context: Context) -> Reading | None:
    """The first of two medals gives way to the second, for the one person that is named."""
    codes = [medal.code for medal in medals if medal.code]
    if len(codes) != 2 or len(who) != 1:
        return None
    unit, medal = target_of(hits, medals[:1], context)
    fields = {"unit": unit, "medal": medal, "old": who[0], "new": who[0], "new_medal": codes[1]}
    return Reading("nomination_replace", "ok", replace=fields)


def read_withdrawal(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading:
    """撤回四(1)中队王小明的一星章提名."""
    unit, medal = target_of(hits, medals, context)
    bare = GIVES_UP.sub(_bare, CANCEL.sub(_bare, scan))
    names = _persons(bare) or [*persons(bare)]
    together = rf"(?:同学|队员|\s|{GAP})*[、和与及](?:\s|{GAP})*".join(map(re.escape, dict.fromkeys(names)))
    several = len(set(names)) > 1 and re.search(together, places_apart(bare)) is not None
    named: list[str | None] = [*dict.fromkeys(names)] if several else [*names[:1]] or [None]
    stand = [
        state for state in context.existing
        if state.medal and unit in (None, state.unit) and medal in (None, state.medal)
    ]  # fmt: skip
    there = all(any(name in (None, state.name) for state in stand) for name in named)
    issues = () if there else ("NOTHING_TO_CORRECT",)
    fields = {"unit": unit, "medal": medal, "name": named[0], "names": named if several else None}
    return Reading("nomination_cancel", "ok" if there else "clarify", issues, cancel=fields)


def _bare(match: "re.Match[str]") -> str:
    """不报王小明了 says whom as well: only the ends go."""
    return f"{GAP}{_CUT.sub(GAP, match[0][:-1])}{GAP}"


def target_of(hits: list[Hit], medals: list[Medal], context: Context) -> tuple[str | None, str | None]:
    """The unit and the medal that a message about a nomination names."""
    unit = next((hit.unit for hit in hits if hit.kind != "part"), context.bound_unit)
    return unit, next((medal.code for medal in medals if medal.code), None)


def _persons(scan: str) -> list[str]:
    found: list[str] = []
    words = _CUT.split(places_apart(scan))
    for word in words:
        if word and (_is_whole(word) or is_nickname(word) or PLACE.fullmatch(word)):
            found.append(word)
        elif word and len(word) < 40:
            found += split_names(word)
    # 王小明转学了
    begun = (name_at_start(word) for word in words if not found)
    return found or [name for name in begun if name and persons(name)][:1]


def _is_whole(word: str) -> bool:
    """A full name; 封子昂 has a surname of no list."""
    return is_name(word) or (len(word) == len("封子昂") and persons(word) == (word,))


def persons_in(scan: str) -> list[str]:
    """The persons named in a question about a nomination."""
    return _persons(scan)
