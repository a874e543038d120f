"""Another nominee, or another medal, instead of the one that stands."""

import re

from handlers.privacy.names import persons
from handlers.reading.medals import particulars
from handlers.reading.medals.medals import Medal
from handlers.reading.messages import withdrawals as of_checkins
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.named import is_whole, persons_in, target_of
from handlers.reading.persons.names import is_name
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_REPLACE = pattern(
    r"代替|顶替|[转让]给|名额给(?!了)|换成|换为|替换为|替换成|改成|改为|改[报提推]|更换为|调整为|替?换[上下掉]?|改(?![正错变进])|应该?[是为]|[写报填弄打]错了?[,、\s]*(?:(?:应该?)?是|(?:应该?|要|该|得)[是报写为])|→|-+>|=>|不再?(?:推荐?|提名|申?报|评|要)了[,。;\s]*(?:就|改|换)*(?:推荐?|提名|申?报|[上成为]|(?<=换))"
)
# 刚提名的名字打错了,是王小敏: of the one that stands.
_SLIP = pattern(r"(?:提名|推荐|申?报)的?[^,;。!\n]{0,6}(?:名字|姓名)[写报填弄打]错")
# 李小红那个不要了, 王小明的提名取消, 取消李小红
_ONE_OR_MORE = r"[\u4e00-\u9fff·]{2,4}?(?:[、和与及][\u4e00-\u9fff·]{2,4}?){0,5}"
_ONE = pattern(
    rf"^\W{{0,2}}(?:把|刚才|刚刚|昨天|上午|之前)?(?:提名?|报|推荐)?的?(?P<who>{_ONE_OR_MORE})(?:同学)?的?"
    rf"(?:[那这][个条件]|提名)?(?:[都全]|先|就|也)*(?:不再?(?:要|报|推荐?|提|评)了?|撤(?:[了掉回销]|下来?)|取消|作废|算了|[去删]掉|删了?)[吧了啊]*\W*$"
    rf"|^\W{{0,2}}(?:请|麻烦|帮我)?(?:取消|撤[回销掉了]|[去删划]掉|删[除了])(?P<whom>{_ONE_OR_MORE})(?:同学)?(?:的?(?:[那这][个条件]|提名|推荐))?[吧了啊]*\W*$"
)
# 一星章换成李小红: of the one that stands, who is not named.
_ANEW = pattern("替?换[成为]|改[成为报提推]|替换|更换为|调整为")
_NUMBERS = pattern(r"\d{1,3}号\s?(?:替?换|更换|调换)[成为]\s?\d{1,3}号")
_FOR = pattern("(?:替?换|更换|调换)[成为]|改[报推提]")
_AND = pattern("[、和与及]")
_WHO = r"[\u4e00-\u9fff·]{2,4}?|\d{1,3}号"
# 林一诺不报了, 换郝思齐
_INSTEAD = pattern(
    rf"^\W{{0,2}}(?P<who>{_WHO})(?:同学)?的?(?:[都先]|就)*(?:不再?(?:要|报|推荐?|提|评|上)了?|撤(?:[了掉回销]|下来?)|取消)[,，。;\s]*"
    rf"(?:就|改|换|由|让)+(?:推荐?|提名|申?报|[上成为])?(?P<new>{_WHO})(?:同学)?[来上吧了]*\W*$"
)
# 不是王小明,是李小红; 应该是李小红不是王小明.
_RATHER = pattern(
    rf"不是(?P<old>{_WHO})[,、\s]*(?:而是|应该?[是为]|是)(?P<new>{_WHO})(?![\u4e00-\u9fff])"
    rf"|(?:应该?[是为]|是)(?P<right>{_WHO})[,、\s]*不是(?P<other>{_WHO})(?![\u4e00-\u9fff])"
)
# 王小明不是一星章, 是劳动章; 王小明是劳动章不是一星章; 王小明报成一星章了, 应该是劳动章.
_OTHER_MEDAL = pattern(
    rf"(?:不(?:是|应该?是?)|报成)报?(?P<old>{GAP}+)[了的]?[\s,、;。]*(?:而是|应该?[是为报]?|是|要报)报?(?P<new>{GAP}+)"
    rf"|(?:应该?[是为报]?|是|要报)报?(?P<right>{GAP}+)[\s,、;。]*(?:而)?不[是应]该?报?(?P<other>{GAP}+)"
)
# 用李小红替换王小明: the new one comes first.
_NEW_FIRST = ("代替", "顶替")
_WITH_WHOM = pattern(r"(?:用|让)[^,;。!\n]{2,12}$")
# 王小明不报了, 一星章不要了, 撤掉, 退出评选: it stood and shall no more; 放弃休息帮同学 is a deed.
GIVES_UP = pattern(
    r"[都先也就]*(?:不|别)(?:再|想|愿意?)?(?:推荐|提名|申报|参评|报|评|争|要|推|提|上)[^,;。!?\n]{0,12}了(?![吗么])|[报写弄填打]错了?|撤[掉了下]|拿掉|去掉|划掉"
    rf"|(?<![不没])(?<!不轻易)(?<!不[会肯言能])(?<!没有)(?<!从未)(?P<leaves>退出|放弃)[了掉]?(?=[对这本此次轮的]*(?:[参竞]?[评选]|申报|推荐|提名|争章|资格|名额|机会|集体|[\u4e00-\u9fff]{{1,3}}章|{GAP})|[吧啊啦]*(?:[,;。!]|\W*$))"
)
# 把华梓萌列入推荐名单
PUT_ON = pattern(r"列入|[加补放][入进到上](?!了?[吗没])")
# 戚语桐转学了, 家长不同意: why a place is free.
_GONE = pattern(r"弃权|转学|转走|转到|(?:家长|父母|爸妈|[爸妈]{1,2})[^,;。\n]{0,3}(?:不|没)有?(?:同意|答应|愿意)")
_CLAUSE = pattern(r"[^,;。!\n]+")
_PUTS = pattern(r"[给让由换报推提评补顶替上]")
_LEADS = pattern(r"^(?:提名|推荐|名额|撤[回掉下销]|取消|[改给让由换报推补就])+")
UNSURE = Reading("nomination", "clarify", ("NAME_AMBIGUOUS",))
_TURNS = pattern(
    "退出|放弃|弃权|换|改[报推提]|[那这][个条件]|提名|[打写报填弄]错|取消|撤|删|[去划]掉|不再?[要报推提评]|算了"
)


def read_exchange(text: str, scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """Another one instead; None where nothing is exchanged."""
    other = _OTHER_MEDAL.search(scan)
    turned = _REPLACE.search(text) or _RATHER.search(scan) or other
    if turned and (exchange := _read_replacement(scan, hits, medals, context)):
        return exchange
    if handed_on := _handed_on(scan, hits, medals, context):
        return handed_on
    return UNSURE if other else None


def _handed_on(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """戚语桐退出,一星章给柏一凡: one leaves in a clause, and in another somebody else is put up."""
    clauses = [*_CLAUSE.finditer(scan)]
    left = [part for part in clauses if _leaves(part[0])]
    old = {name for part in left for name in named_alone(part[0])}
    new = {name for part in clauses if part not in left and _PUTS.search(part[0]) for name in named_alone(part[0])}
    if not old or not new:
        return None
    apart = {medal.code for medal in medals if any(part.start() <= medal.start < part.end() for part in left)}
    # 戚语桐不评一星章了,柏一凡报劳动章: two things at once.
    if len(old) > 1 or len(new) > 1 or (apart and apart != {medal.code for medal in medals}):
        return UNSURE
    unit, medal = target_of(hits, medals, context)
    fields = {"unit": unit, "medal": medal, "old": old.pop(), "new": new.pop()}
    there = any(state.medal and state.name == fields["old"] for state in context.existing)
    issues = () if there else ("NOTHING_TO_CORRECT",)
    return Reading("nomination_replace", "ok" if there else "clarify", issues, replace=fields)


def _leaves(clause: str) -> bool:
    return any(rule.search(clause) for rule in (GIVES_UP, of_checkins.CANCEL, _GONE))


def named_alone(clause: str) -> list[str]:
    """柏一凡 of 让柏一凡上 and of 柏一凡顶上."""
    bare = _LEADS.sub("", particulars.places_apart(clause).strip(f" {GAP}:"))
    named = persons_in(bare) or [name for name in persons(bare) if is_name(name)][:1]
    return [name for name in named if particulars.PLACE.fullmatch(name) or is_whole(name)]


def read_put_on(text: str, scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """王小明撤下来, 把李小红加进去; None where nobody is put on the list."""
    if not PUT_ON.search(text):
        return None
    return _read_replacement(scan, hits, medals, context, PUT_ON) or UNSURE


def _turned(match: "re.Match[str]") -> str:
    return f"{match['old'] or match['other']}换成{match['new'] or match['right']}"


def _read_replacement(
    scan: str, hits: list[Hit], medals: list[Medal], context: Context, turns: "re.Pattern[str]" = _REPLACE
) -> Reading | None:
    """把四(1)中队一星章的王小明换成李小红; None unless two persons are named. `turns`: what stands between them."""
    scan = _RATHER.sub(_turned, scan)
    turn = next((match for match in [*turns.finditer(scan)][::-1] if persons_in(scan[match.end() :])), None)
    if turn is None:
        return _other_medal(scan, hits, medals, context)
    old, new = persons_in(scan[: turn.start()]), persons_in(scan[turn.end() :])
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
    if not (is_whole(new[0]) or particulars.PLACE.fullmatch(new[0])):
        issues.append("NAME_INCOMPLETE")
    return Reading("nomination_replace", "clarify" if issues else "ok", tuple(issues), replace=fields)


def _of_one_child(text: str) -> bool:
    """李小红那个不要了; 李小红换成周子轩, 7号换成9号: nothing but the exchange between them."""
    given_up = _ONE.match(text)
    who = (given_up["who"] or given_up["whom"]) if given_up else ""
    named = who and all(is_name(each) and persons(each) for each in _AND.split(who))
    instead = _INSTEAD.match(text)
    named = named or (
        instead and all(particulars.PLACE.fullmatch(one) or persons(one) for one in (instead["who"], instead["new"]))
    )
    parts = _CLAUSE.findall(text)
    on = len(parts) == 2 and _leaves(parts[0]) and _PUTS.search(parts[1]) and all(map(named_alone, parts))
    if _SLIP.search(text) or _NUMBERS.search(text) or named or on:
        return True
    return any(
        (before := persons(text[: turn.start()])[-1:])
        and text[: turn.start()].endswith(before[0])
        and any(text.startswith(name, turn.end()) for name in persons(text[turn.end() :])[:1])
        for turn in _FOR.finditer(text)
    )


def _other_medal(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """王小明的一星章换成二星章, 王小明不是一星章是劳动章: the same child for another medal."""
    if rather := _OTHER_MEDAL.search(scan):
        old, new = ("old", "new") if rather["old"] else ("other", "right")
        pair = [one for key in (old, new) for one in medals if rather.start(key) <= one.start < rather.end(key)]
        who = persons_in(f"{scan[: rather.start()]}{GAP}{scan[rather.end() :]}")
        return _exchanged(who, pair[:1], pair[1], hits, context) if len(pair) == 2 else None
    for turn in _REPLACE.finditer(scan):
        before, behind = ([one for one in medals if (one.start < turn.start()) is first] for first in (True, False))
        right_behind = behind and not scan[turn.end() : behind[0].start].strip(" :为了")
        if len(behind) == 1 and (len(before) == 1 or (not before and right_behind)):
            return _exchanged(persons_in(scan[: turn.start()]), before, behind[0], hits, context)
    return None


def _exchanged(who: list[str], stands: list[Medal], new: Medal, hits: list[Hit], context: Context) -> Reading | None:
    """
    The medal that stands gives way to the new one, for the one person that is named.

    林一诺改成劳动章: whichever she was put forward for.
    """
    if len(who) != 1 or not all(medal.code for medal in (*stands, new)):
        return None
    unit, medal = target_of(hits, stands, context)
    fields = {"unit": unit, "medal": medal, "old": who[0], "new": who[0], "new_medal": new.code}
    return Reading("nomination_replace", "ok", replace=fields)


def may_exchange(text: str, context: Context) -> bool:
    """把五(3)的周子涵换成林一凡, 王小明的不报了: no medal is named, but she stands on the list, or next to another."""
    stands = any(state.medal and state.name and state.name in text for state in context.existing)
    if stands and any(rule.search(text) for rule in (_REPLACE, GIVES_UP)):
        return True
    return _TURNS.search(text) is not None and _of_one_child(text)
