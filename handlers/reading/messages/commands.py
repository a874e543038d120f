"""Messages that are orders to the bot as a whole: 周报, 导出, 待审, 退回 N20260403-07, 帮助."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from handlers.reading.model import Context, Reading
from handlers.reading.text.dates import find_dates
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from storage.base import numbered

_PERIODS = {
    "本周": "this_week",
    "这周": "this_week",
    "上周": "last_week",
    "本月": "this_month",
    "这个月": "this_month",
    "上月": "last_month",
    "上个月": "last_month",
    "本学期": "this_term",
    "上学期": "last_term",
    "上个学期": "last_term",
    "今年": "this_year",
    "去年": "last_year",
    "今天": "today",
    "昨天": "yesterday",
}
_P = r"(?:本周|这周|上周|本月|这个月|上个?月|本学期|上个?学期|今年|去年|\d{4}-W\d{1,2}|今天|昨天)"
# Of what a digest without a period tells, and what 上 before it is the one before of.
_USUAL = {"月报": "this_month", "季报": "本季度", "学期报": "this_term", "学年报": "本学年", "年报": "this_year"}
_KINDS = {"月报": "月", "季报": "季度", "学期报": "学期", "学年报": "学年"}
_DIGEST = r"(?P<long>周报|月报|简报|季报|学期报|学年报|年报|(?<=季度)报)"
# Without its year 3-1 is a squad.
_DATE = r"(?:20\d\d[-/.年]\d{1,2}[-/.月]|\d{1,2}[/.月])\d{1,2}[日号]?"
_NUMBERED_WEEK = r"(?:20\d\d年?)?(?:教学)?第\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:教学)?周"
_RANGE = rf"从?\s?{_DATE}\s?(?:到|至|[-–—~])\s?{_DATE}"
_LONG = (
    r"从?(?:20\d\d年)?\d{1,2}月份?(?:到|至|-)(?:20\d\d年)?\d{1,2}月份?"
    r"|(?:20\d\d年?|今年|去年)?\s?(?:1[0-2]|[1-9])月份?|(?:20\d\d年?|今年|去年)?第?[一二三四1-4]季度|[本这上]个?季度"
    r"|20\d\d学年|[本这上]个?学[年期]|20\d\d年?[春秋]季?(?:学期)?|20\d\d年度?"
)
_TIME = rf"(?:{_RANGE}|{_NUMBERED_WEEK}|{_LONG}|{_P})"
# A unit is told from what else may stand behind some days by how it ends.
_PLACE = r"(?P<scope>\S{0,16}(?:小学|中学|学校|[中大]队|[区县市镇乡]|少工委|[校班])(?:\s?[图表])?|[图表])"
_DAY = r"(?:[今昨][天日]|前天|[\d一二三四五六七八九十〇零年月日号./\-上本这个周星期礼拜天]{2,12})"
_ASK = r"(?:请|麻烦|帮我|帮忙|给我)?(?:查看|查一下|看一下|看看|发一下|发|查|看|生成|要)?(?:一下)?"
# A nomination may tell of a consent as well.
_NO_MEDAL = r"(?:(?!提名|推荐|申报|[\u4e00-\u9fff]章)[^\n])"
_LIST = r"(?=[^\n]*(?:全班|全体|\d\s?号))(?=[^\n]*(?:书面|纸质|签字|回执|电子|线上))"
_DECIDES = pattern(r"(?P<what>不同意|不通过|同意|通过|批准|审核通过|退回|驳回|拒绝)[\s,:]*")
# A case is withdrawn by its number.
_UNDOES = pattern(r"(?:撤[回销掉]?|取消|作废|删除|收回)\s?(?:提名|推荐|申报|申请|签到|记录)?[\s:]*")
# 把 N20260403-02 撤了吧
_UNDONE = pattern(r"[请就先把麻烦\s]*(?:撤(?:了|掉|下来?|销|回)|不[要报]了|作废|取消|收回|删[了掉除])[了吧啦]*")
_LETTERS = "NGXD"
_DECISIONS = {"同意": "approve", "通过": "approve", "批准": "approve", "审核通过": "approve", "退回": "return"}

Fields = Mapping[str, object]
Build = Callable[[re.Match[str], date], Fields]


def _period(match: re.Match[str]) -> str:
    found = next((match[name] for name in ("p1", "p2") if match[name]), "本周")
    return _PERIODS.get(found, found)


def _digest(match: re.Match[str], today: date) -> Fields:
    """周报 上周 新城小学 -> digest of last week for that part of the tree."""
    scope = {"scope": match["scope"]} if match["scope"] else {}
    named = match["p1"] or match["p2"]
    period = _period(match) if named else _USUAL.get(match["long"], "this_week")
    if match["back"]:
        kind = _KINDS.get(match["long"], "周")
        period = _PERIODS.get(match["back"] + kind, match["back"] + kind)
    return {"name": "digest", "period": period, **scope}


def _days(match: re.Match[str], today: date) -> Fields:
    """从3月1日到4月15日, 第16周 实验小学, 3月的情况怎么样 -> the digest of that time."""
    period, scope = match["time"], {"scope": match["scope"]} if match["scope"] else {}
    return {"name": "digest", "period": _PERIODS.get(period, period), **scope}


def _bare(match: re.Match[str], today: date) -> Fields:
    """从3月1日到4月15日 and nothing else: the digest of that time, where it is no answer to a question."""
    return _days(match, today)


def _export(match: re.Match[str], today: date) -> Fields:
    what = {"签到": "checkin", "提名": "nomination"}.get(match["what"] or "签到")
    return {"name": "export", "what": what, "period": _period(match)}


def _missing(match: re.Match[str], today: date) -> Fields:
    """未签到, 未签到 昨天, 未签到 4月1日, 未签到 六一."""
    said, _ = find_dates(match["day"] or "", today)
    if match["day"] and not said:
        return {"name": "missing", "scope": match["day"]}
    day = said[0].day if said else None
    return {"name": "missing", "date": (day or today).isoformat()}


def _study(match: re.Match[str], today: date) -> Fields:
    return {"name": "study", "issue": value_of(match["n"])}


def _notice(match: re.Match[str], today: date) -> Fields:
    return {"name": "notice", **({"medal": f"S{value_of(match['n'])}"} if match["n"] else {})}


def _reminder(match: re.Match[str], today: date) -> Fields:
    what = {"列表": "list", "新增": "add", "添加": "add", "暂停": "pause", "恢复": "resume"}
    return {"name": "reminders", "what": what.get(match["what"] or "列表", "list")}


def _consent(match: re.Match[str], today: date) -> Fields:
    """三(2) 家长同意 1-40号 除7号 纸质 9月1日."""
    return {"name": "consent", "scope": f"{match['squad']} {match['whom']}"}


def _why(match: re.Match[str], today: date) -> Fields:
    """上周的38场怎么来的."""
    return {"name": "why", "scope": match["figure"]}


def _plain(name: str) -> Build:
    return lambda match, today: {"name": name}


# Each with words of which it has one.
_COMMANDS: tuple[tuple[re.Pattern[str], Build, tuple[str, ...]], ...] = tuple(
    (pattern(rf"[/#]?{source}[。!.~ ]*"), build, tuple(needs.split()))
    for source, build, needs in (
        (
            rf"{_ASK}\s?(?:(?P<back>[上本这]个?)|(?P<p1>{_TIME}))?的?\s?{_DIGEST}\s?(?P<p2>{_P})?"
            r"(?:\s+(?P<scope>(?!无$|没有$)\S{1,20}(?:\s\S{1,12}){0,2}))?",
            _digest,
            "报",
        ),
        (rf"{_ASK}\s?(?P<time>{_RANGE}|{_NUMBERED_WEEK})(?:\s?{_PLACE})?", _bare, "月 周 - . /"),
        (
            rf"{_ASK}\s?(?P<time>{_TIME})的?\s?(?:总体|整体|活动|签到)?(?:情况|数据|汇总)(?:怎么?样|如何)?[?]?(?:\s?{_PLACE})?",
            _days,
            "情况 数据 汇总",
        ),
        (
            rf"{_ASK}导出\s?(?P<p1>{_P})?的?\s?(?P<what>签到|提名)?(?:记录|表|数据|名单)?\s?(?P<p2>{_P})?",
            _export,
            "导出",
        ),
        (rf"(?:未签到|没签到|漏报|未报)(?:名单|中队)?\s?(?P<day>{_DAY})?", _missing, "签到 报"),
        (r"(?:参学|参学率|爱学习)\s?第?(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})期(?:情况)?", _study, "期"),
        (r"(?:待审核?|待办|待我审核?)(?:列表|名单)?", _plain("pending"), "待"),
        (r"公示(?:名单)?\s?(?:(?P<n>[一二三四五1-5])星章?)?", _notice, "公示"),
        (
            r"(?P<figure>.{0,20}?(?:\d\s?(?:场|个?中队|人次?|名|条|%)|场次|人次|到场率|签到率|覆盖率|[迟补]报).{0,12}?"
            r"|[一-鿿]{2,6}\s?\d+(?:/\d+)?)"
            r"[是,]?(?:(?:是?怎么|如何)(?:来|算|得来|算出来)的?|[从打]?哪里?来的|为什么|为啥)[?]?",
            _why,
            "怎么 如何 哪 为什么 为啥",
        ),
        (r"提醒\s?(?P<what>列表|新增|添加|暂停|恢复)(?:\s.{0,40})?", _reminder, "提醒"),
        (
            r"(?:帮助|使用说明|使用帮助|怎么用|help|菜单|功能|指令)",
            _plain("help"),
            "助 用 help 菜 功 令",
        ),
        (r"(?:隐私|隐私规则)", _plain("privacy"), "隐私"),
        (
            rf"(?P<squad>{_NO_MEDAL}{{2,16}}?)[\s,:]*(?:家长|监护人)(?:都|均|已经?)*同意书?了?(?P<whom>[\s,:]{_LIST}{_NO_MEDAL}*)",
            _consent,
            "同意",
        ),
    )
)


def read_command(text: str, context: Context) -> Reading | None:
    """The command or review that `text` is as a whole; None when it is neither."""
    if len(text) <= 60:
        for rule, build, needs in _COMMANDS:
            if any(map(text.__contains__, needs)) and (match := rule.fullmatch(text)):
                command = build(match, context.received)
                if build is _bare:
                    return Reading("unknown", "clarify", ("UNRECOGNISED",), command=command)
                return Reading("command", "ok", command=command)
    if not any(char.isdecimal() for char in text[:60]):
        return None
    return _withdrawal(text) or (_review(text) if _DECIDES.search(text) else None)


def _withdrawal(text: str) -> Reading | None:
    """撤销 N20260403-02: the case with this number and no other."""
    undoes = _UNDOES.match(text)
    for letter in _LETTERS if undoes else "":
        try:
            number, rest = numbered.first(text[undoes.end() :] if undoes else "", letter)
        except numbered.Unreadable:
            continue
        if number and not rest:
            return Reading("nomination_cancel" if letter == "N" else "cancel", "ok", cancel={"number": number})
    number, rest = numbered.headed(text)
    if number and _UNDONE.fullmatch(rest):
        return Reading("nomination_cancel" if number[0] == "N" else "cancel", "ok", cancel={"number": number})
    return None


def _review(text: str) -> Reading | None:
    """通过 N20260403-07; N20260403-07 退回 事迹材料不全."""
    decides = _DECIDES.match(text)
    try:
        numbers, reason = numbered.leading(text[decides.end() :] if decides else text, "N")
    except numbered.Unreadable as wrong:
        numbers, reason = (wrong.said,) if decides else (), ""
    if decides is None and numbers:
        decides = _DECIDES.match(reason)
        reason = reason[decides.end() :] if decides else ""
    if decides is None or not numbers:
        return None
    review = {
        "id": numbers[0],
        "ids": list(numbers) if len(numbers) > 1 else None,
        "decision": _DECISIONS.get(decides["what"], "reject"),
        "reason": reason[:100] or None,
    }
    return Reading("review", "ok", review=review)
