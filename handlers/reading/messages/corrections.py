"""Corrections: what is wrong, what is right, and which record is meant."""

from dataclasses import replace

from handlers.reading.checkins import activities
from handlers.reading.checkins.checkin import read_checkin
from handlers.reading.checkins.found import Found
from handlers.reading.messages import withdrawals
from handlers.reading.model import Context, Reading, Record
from handlers.reading.quantities.tokens import tokens_of
from handlers.reading.text import idioms
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_SLIP = r"[报写发打填弄搞输记选数看算点听说]|登记|统计"
_N = r"[\d一两二三四五]{1,2}"
_OTHERS = "家长|老师|辅导员|志愿者|五老"
# 主题忘写了, 主题漏了填.
_LEFT_OUT = "(?:忘记?了?|漏了?|没)[写填说]了?"
CORRECT = pattern(
    rf"^\W{{0,3}}(?:更正|更改|改动|变更|修改|订正|纠正|改正|勘误)|(?:刚才|刚刚|上面|之前|前面|上一条|那条)[^,。\n]{{0,8}}(?:错|不对)"
    rf"|(?:{_SLIP})[错反]|(?:日期|时间|人数|应到|实到|活动|班级|中队|主题)[^,。\n]{{0,2}}(?:错|有误|不对)|主题{_LEFT_OUT}|{_LEFT_OUT}(?:活动)?主题"
    rf"|(?:{_SLIP})成了?(?=\s?[\d{GAP}今昨前])|[报写发填]的是\s?\d[^\n]*是\s?\d"
    rf"|(?:帮我|帮忙|麻烦|日期|时间)[^,。\n]{{0,4}}改[到在](?= ?{GAP})"
    rf"|^[^\d\n,。]{{0,12}}(?:其实|应[该当]?|我说的|[报写填]的)[是在]\s?{GAP}+[^\d\n]{{0,6}}$"
    rf"|^\W{{0,3}}(?:应该?)?是{GAP}+[^,。\n\d{GAP}]{{0,4}}[,\s]?不是{GAP}|不是{GAP}+[^,。\n\d{GAP}]{{0,4}}[,\s]?(?:而?是|应该?是){GAP}"
    r"|应改为|更正为|更改为|修改为|改为|改成|应为|改[一]?下(?!周|个?月|星期|礼拜|学期)|重新报|勘误|(?:\d[人名]?|应到|实到|人数|日期)改\d"
    r"|^\W{0,3}(?:不对|[错反]了)[,。!\s]{0,2}(?:应该?|实际)?[是为到]?\s?\d"
    r"|\d[人名个]?\s?(?:应该是|应为)\s?\d|^\W{0,3}(?:补[充上个]?|补一下|加[上个]?)?\W{0,2}(?:活动)?主题(?:就|应该?|补[充上一]?下?|加上?|[写填改换叫定])*[成为是:写填叫\s][^,。\n\d]{2,30}$|^\W{0,3}不对[,。!\s]+[^,。\n]{1,10}是(?![不否])"
    rf"|{GAP}的?[^,。\n\d]{{0,6}}(?:不对|错了?|有误)[,。!\s]{{0,2}}(?:应该?|其实|实际)?[是为到]\s?\d"
    rf"|(?:应到|实到|人数|{_OTHERS})(?:人数)?(?:应该是|应为|其实是)\s?\d|(?:{_OTHERS})\s?\d+\s?[人名个位]?[,\s]{{0,2}}不是\s?\d"
    rf"|{GAP}[^,。\n\d]{{0,4}}(?:应该是|应为)\s?\d(?!.*吧)|(?:第[一二三四1-4]|[上前头]一?)[场次节]的?(?:人数)?(?:其实|实际|应该)?是\s?\d"
    r"|第[一二三四五六七八九十\d]{1,3}期的?(?:人数)?(?:其实|实际|应该)是?\s?\d"
    r"|(?:不算数?|作废)[,。\s]*(?:人数|实到|应该?是|改[成为])\s?[是为:]?\s?\d"
    rf"|(?<!预)(?:[少多漏][报算打写输填]|[报算记写打输填]的?[少多漏])了?[一个]?\s?{_N}|不是\s?\d{{1,4}}[人名个位]?[,\s]?(?:而?是|应该?是)\s?\d"
    r"|^\W{0,3}(?:[说写报弄记]错[了啦]?[,\s]?)?(?:应该?)?是\s?\d{1,4}[人名个]?[,\s]?不是\s?\d|^\W*(?:不对|[搞弄]?错了|不是这样)[的啊呀哦]*\W*$"
)
# 加1, 漏了2个, 又来了1个: so many more, or fewer, than was said.
_BY = pattern(
    rf"^[^,。\d\n]{{0,12}}?(?P<more>(?<![参增添])加|\+(?=\s?\d{{1,2}}\s?[人个名位]?(?:[,。!]|$))|减|(?:[少多漏][报算记打写输填]|[报算记写打输填][少多漏])了?|漏了|又来了|走了)\s?(?P<by>{_N})\s?[人个名位]?(?!\d)"
)
_FEWER = pattern("[减多走]")
# 升旗那个写成43, 升旗改43, 队会那条应该41人: what is to be changed, and the right number.
_TO_BE = pattern(
    rf"(?!.*(?:明|下周|下个?月|{GAP}))\W*(?P<what>[^,。\n\d]{{2,12}}?)(?:(?:那[条个次场]|的)*(?:人数)?(?P<turn>[写记报算弄]成|改成?)"
    r"|那[条个次场]的?(?:应该?[是为]?|应当是?))\s?(?P<right>\d{1,3})\s?[人名个]?(?:吧|才对|就行)?\W*"
)
# 这个应该算祭扫吧, 刚才那个归到志愿服务: of another kind.
_COUNTS_AS = pattern(
    r"\W*(?:更正\W*)?(?:刚才|刚刚|刚报的|上面|[那这]一?[个条次场]?|它|的)*(?:应该?|其实|要|得|还是)*(?:算[是作到在]?|归[到在]?|属于)(?P<what>[^,。\n\d]{2,8}?)(?:的|类|里|那[类边])?(?:吧|才对|更合适)?\W*"
)
# 队课没上成改成自习了: what was done instead, and nothing that was said is wrong.
_INSTEAD = pattern(
    r"(?:没有?[开去搞办做上弄走]成|[开办搞去上]不[成了]|没法|取消|停课|因为?|由于|下雨)[^。;\n]{0,14}改(?:成|为)了?(?!\s?[\d应实])"
)
# 要改成实到40吗? asks; 能改成40吗? is a polite order.
_ASKS_WHETHER = pattern(
    r"^(?!.*(?:可以|[能帮请行好]|麻烦)).*(?:(?:要|用|需要?|是不是|该)[^,。]{0,6}(?:改|更正)[^,。]*[吗么?]"
    r"|(?:要不要|用不用|需不需要|该不该|是不是)[^,。]{0,6}(?:改|更正)[^,。]*)\W*$"
)
# Every correction has one of these.
_MAY_CORRECT = pattern(
    r"[错反误改勘订正]|其实|题[忘漏没]|应[该当]|不[对是]|算|归|属于|[少多漏][报算记打写输填]|[报算记写打输填]的?[少多漏]|成|[加减+]\s?\d|重新报|应为|应该是|主题|(?:第.|[上前头]一?)[场次节]|不算|作废|[说报写发填]的是|漏了|又来|走了"
)
# 不是队日,是队课
_THIS_NOT = pattern(
    r"^\W*(?:刚[才刚]?|上面|上?[那这一]?[条个次]|的)*(?:应该)?是([^,。\n\d]{1,8})[,。\s]{0,2}不是([^,。\n\d]{1,8})$"
)
_TURNED_INTO = pattern(
    rf"(?:{_SLIP}|点)成了?(?P<old>[^,。\n\d]{{2,8}}?)了?[,。\s]*(?:其实|应该|实际)?[上]?是(?P<new>[^,。\n\d]{{2,8}})$"
)
_NOT_THIS = pattern(r"不是[^,。\n\d]{1,8}[,。\s]{0,2}(?:而?是|应该?是)")
# What is said to be wrong: 把38改成39, 写成今天了, 报的是38, 少报了2个.
_WRONG = pattern(
    r"(?<!\d)\d{1,4}\s?[人名]?\s?(?=(?:改成|改为|更正为|更改为|修改为|应为|应该是|应该为|改)\s?\d)"
    rf"|(?<=[^\d\W])[,\s]{{0,2}}不是[^,。\n\d是]{{2,8}}$|不是\s?\d{{1,4}}\s?[人名个位]?(?:[,\s]?(?=而?是|应该|应为)|$)|(?<!主题)(?<!主题就)(?:{_SLIP})成了?[^,。;\n]{{1,8}}|[报写发填]的是\s?\d{{1,4}}[人名]?"
    rf"|(?:(?:[少多漏][报算记打写输填]|[报算记写打输填][少多漏])了?|漏了|又来了|走了)\s?{_N}\s?[人名个位]?"
)
_OF_HEADS = "应到|实到|[请病事]假|缺[席勤]|未到|没来"
# 应到好像不是44,是45: of one field and one number that is right, whatever stands between.
_ONE_FIELD = pattern(rf"(?:(?!{_OF_HEADS})\D)*(?:{_OF_HEADS})(?P<between>(?:(?!{_OF_HEADS})\D)*)\d{{1,4}}\D*")
# 应到写错了,是45: the number is of those due.
_FIELD = pattern(
    rf"(?P<field>{_OF_HEADS}|{_OTHERS})(?P<slip>(?:人数)?(?:不是\s?\d{{1,3}}\s?[人名个位]?[,\s]*而?)?(?:{_SLIP})?错?[了啦]?[,\s]*(?:改[成为到]?)?(?:应该?)?[是为]?)"
)
# 班级报错了,是三(3)
_OF_UNIT = pattern(r"(?:班级?|中队|单位)[^,。]{0,4}错|错[了]?(?:班|中队)")
_TOPIC = pattern(
    rf"主题(?:[^\n,;。]{{0,4}}(?:错|不对|有误)[了啦的]?[,;。\s]*|{_LEFT_OUT}[,;。\s]*|了[,;。\s]*|(?:名称)?)"
    r"(?:就|应该?|补[充上一]?下?|加上?|[写填改换叫定\s])*(?:[成为是:]\s?|(?<=[\s,;。写填叫上充下]))(?P<topic>[^\n,;。]{2,60}?)(?:[就才][行好对可]以?|吧|哈|啊)*(?=[\n,;。]|$)"
)
_TURN = pattern(
    r"改成|改为|更正为|更改为|修改为|应改为|应[为该]是?|正确的?[是为]?|改(?=\d)|应当|其实[是在]|错[了啦]?[,。\s]+(?!应|是|正确)"
    rf"|(?:(?<=时间)|(?<=日期)|(?<=人数))为|[说报写填]的是(?={GAP})"
    rf"|(?<![不还都也的])是(?=[\s{GAP}\d]|[^,。]{{2,6}}$)"
)
_TOPICAL = frozenset({"ACTIVITY_MISSING", "COUNT_MISSING", "DUPLICATE", "DUPLICATE_DIFFERENT"}) | {
    "COUNT_CONFLICT", "COUNT_UNUSUAL", "DATE_OLD", "WORDS_UNCLEAR",
}  # fmt: skip


def corrects(text: str, scan: str, there: bool) -> bool:
    """Whether `text` puts right what was said before; `there`: anything that it may be of, else +1 is only talk."""
    if (
        not _MAY_CORRECT.search(text)
        or _ASKS_WHETHER.search(text)
        or withdrawals.ASKS_HOW.match(text)
        or _INSTEAD.search(text)
    ):
        return False
    if (news := _TO_BE.fullmatch(scan)) and activities.names_activity(news["what"]):
        return True
    if (kind := _COUNTS_AS.fullmatch(scan)) and activities.names_activity(kind["what"]):
        return True
    more = (
        (by := _BY.search(scan))
        and (there or by["more"] != "+")
        and ("人数" in scan or not activities.names_activity(scan))
    )
    if more or CORRECT.search(scan) or CORRECT.search(text) or activities.with_turn(scan) != scan:
        return True
    if (turned := _THIS_NOT.search(scan) or _TURNED_INTO.search(scan)) and all(
        map(activities.names_activity, turned.groups())
    ):
        return True
    wrong = _NOT_THIS.search(scan)
    return wrong is not None and activities.names_activity(wrong[0]) and activities.names_activity(scan[wrong.end() :])


def read_correction(found: Found, context: Context) -> Reading:
    """更正:三(2)中队实到应为39人 -> the unit with what changes; there must be something to correct."""
    news = _TO_BE.fullmatch(found.scan)
    if (
        news
        and (news["turn"] or "").endswith("成")
        and not any(str(old.attended) == news["right"] for old in context.existing)
    ):
        found.scan = f"{found.scan[: news.start('turn')]}改成{found.scan[news.end('turn') :]}"
    if (kind := _COUNTS_AS.fullmatch(found.scan)) and (start := kind.start("what")) > 1:
        found.scan = f"{GAP * (start - 2)}改成{kind['what']}{GAP * (len(found.scan) - kind.end('what'))}"
    found.scan = activities.with_turn(found.scan)
    target = _named(found)
    moved = _is_moved(found)
    found.hits = _right(found)
    found.scan = _FIELD.sub(lambda match: match["field"] + " " * len(match["slip"]), found.scan)
    by = _BY.search(found.scan)
    _without(found, [match.span() for match in _WRONG.finditer(found.scan)] + ([by.span("by")] if by else []))
    if one := _ONE_FIELD.fullmatch(found.scan):
        start, end = one.span("between")
        found.scan = found.scan[:start] + " " * (end - start) + found.scan[end:]
    if moved:
        found.hits = found.hits[-1:]
    reading = read_checkin(found, replace(context, existing=(), history={}))
    records = tuple(_with_news(record, found, target) for record in reading.records)
    if by and not any(record.attended for record in records):
        records = tuple(_changed_by(record, by["more"], value_of(by["by"]) or 0, context) for record in records)
    issues = [issue for issue in reading.issues if issue not in _TOPICAL]
    if not any(map(_changes, records)) and not moved:
        issues.append("COUNT_MISSING")
    turned = _TURN.search(found.scan) is not None
    meant = [replace(each, date=target.date) if turned else each for each in records]
    meant = [replace(each, unit=target.unit) if moved else each for each in meant]
    if not all(withdrawals.stored(record, context) for record in meant if record.unit) or not context.existing:
        issues.append("NOTHING_TO_CORRECT")
    doubts = [issue for issue in issues if not issue.startswith("PII_")]
    return Reading("correct", "clarify" if doubts else "ok", tuple(issues), records, target=target)


def _is_moved(found: Found) -> bool:
    """班级报错了,是三(3), 我说的是三(3): the last unit is the new one."""
    turn = _TURN.search(found.scan)
    later = turn is not None and found.hits and found.hits[-1].start >= turn.start()
    others = len(found.hits) > 1 or not any(map(str.isdecimal, found.scan))
    return bool(found.hits) and ((later and others) or _OF_UNIT.search(found.scan) is not None)


def _right(found: Found) -> list[Hit]:
    """The units but for what is denied: 不是三(1)."""
    return [hit for hit in found.hits if not found.scan.endswith("不是", 0, hit.start)]


def _without(found: Found, wrong: list[tuple[int, int]]) -> None:
    """Take these places out of what is read."""
    for start, end in wrong:
        found.scan = found.scan[:start] + GAP * (end - start) + found.scan[end:]
    found.dates = [when for when in found.dates if not any(start <= when.start < end for start, end in wrong)]


def _changes(record: Record) -> bool:
    return bool(record.activity or record.dated or record.topic or record.others) or any(
        value is not None for value in (record.attended, record.due, record.absent)
    )


def _named(found: Found) -> Record:
    """What is said of the one that is put right, before it is said what is right: 昨天的队会 改成 41人."""
    turn = _TURN.search(found.scan)
    place = turn.start() if turn else 0
    dates = [when for when in found.dates if when.start < place and when.day]
    numbers = [token for token in tokens_of(found.scan[:place]) if token.kind == "number" and token.strength]
    right = _right(found)
    # 是三(2)不是三(1): the one that is denied was recorded.
    hits = [hit for hit in found.hits if hit not in right] or found.hits
    units = [hit.unit for hit in hits if hit.kind != "part"]
    wrong_unit = _is_moved(found) and len(found.hits) < 2
    return Record(
        unit=units[0] if units and not wrong_unit else None,
        activity=activities.find_activity(found.scan[:place])[0].name,
        date=dates[0].day if dates else None,
        attended=numbers[-1].value if turn and numbers and _WRONG.match(found.scan, numbers[-1].start) else None,
        dated=bool(dates),
    )


def _with_news(record: Record, found: Found, target: Record) -> Record:
    """The record as it shall be: what follows the turn is new."""
    if turn := _TURN.search(found.scan):
        later = [when.day for when in found.dates if when.start >= turn.end()]
        new = activities.find_activity(found.scan[turn.end() :])[0].name
        record = replace(record, activity=new or target.activity or record.activity, topic=None)
        record = replace(record, date=later[0], dated=True) if later else record
    if topic := _TOPIC.search(found.scan):
        named = activities.find_activity(found.scan[: topic.start()])[0].name
        record = replace(record, topic=idioms.shown(topic["topic"]).strip(GAP + " "), activity=named)
    if found.whole.held:
        record = replace(record, activity=None)  # 写错 40: 写 is nothing that was held
    return record if record.dated else replace(record, date=None)


def _changed_by(record: Record, more: str, number: int, context: Context) -> Record:
    """加1: one more than is there."""
    there = next((old.attended for old in context.existing if withdrawals.is_of(old, record)), None)
    number = -number if _FEWER.search(more) else number
    return replace(record, attended=None if there is None else there + number, due=None, absent=None)
