"""日历, 提醒, 校历 and 负担 in the words that people type: 看6月日历, 添加提醒 6月20日 毕业典礼, 现在第几周."""

import re

from handlers.reading.text.numbers import CHINESE

_WHEN = rf"(?:这个月|本月|下下?个?月|上个?月|(?:20\d\d年)?\d{{1,2}}月份?|[{CHINESE}]{{1,3}}月份?)"
_PLEASE = "(?:请|麻烦|帮我|给我|我要|我想|看一?[看下]?|查一?[看下]?|打开|显示|的)*"
_ROWS = "删除|删掉|删|取消|暂停|恢复|停用|停|修改|改"
# (the words, the command, what of them are its arguments)
_ADD = "(?:新增|添加|增加|加|新建|设置|设)(?:一?[个条])?"
_MINE = f"{_PLEASE}(?:我的?|我们的?|最近|接下来|这周|本周|下周|还|都|会)*有?(?:什么|哪些|啥)?"
# 6月20日, 每年6月1日, 明天, 下周五.
_DAY = (
    rf"(?:每年|20\d\d年|[明今]年)?(?:\d{{1,2}}|[{CHINESE}]{{1,3}})月(?:\d{{1,2}}|[{CHINESE}]{{1,3}})[日号]?"
    "|20\\d\\d-\\d{1,2}-\\d{1,2}|大?后天|明天|[本这下]个?(?:周|星期|礼拜)[一二三四五六日天]"
)
_ME = "(?:请|麻烦|记得|别忘了?|到时候?|帮我?|在|要|再)*提醒(?:一下)?(?:我们?|大家|老师们?)(?:一下)?[\\s:：,，]*"
# 5月18日提醒大家防溺水 38人 is no date to come.
_NO_HEADS = r"(?!.*\d\s*[人名个])"
# 6月19日到21日放假, 9月1日开学; 6月19日放假 is asked as well.
_DAYS_OFF = r"\d{1,2}月\d{1,2}[日号]?\s*[到至—–~-]+\s*(?:\d{1,2}月)?\d{1,2}[日号]?"
_YEAR = r"(?:20\d\d年|[明今]年)?"
_SCHOOL = "(?:我们|我校|本校|学校|全校)*"
_WAYS = (
    (re.compile(rf"(?:{_ME}){_NO_HEADS}(?P<rest>在?(?:{_DAY}).+)"), "提醒", "我 {rest}"),
    (
        re.compile(rf"(?:请|记得|在|到)*(?P<day>{_DAY})[\s:：,，]*{_ME}{_NO_HEADS}(?P<rest>.+)"),
        "提醒",
        "我 {day} {rest}",
    ),
    (re.compile(r"提醒\s*(?:全部|都)?(?P<off>关闭?|关掉|停止?|停掉|取消|不要)了?"), "提醒", "关闭"),
    (
        re.compile(
            rf"{_SCHOOL}(?P<rest>{_YEAR}(?:{_DAYS_OFF}\s*(?:放?假|停课|休息|放?[寒暑春秋]假)"
            r"|\d{1,2}月\d{1,2}[日号]?\s*(?:起|开始)?(?:正式)?(?:开学|补课|补班|上班)))"
        ),
        "校历",
        "{rest}",
    ),
    (
        re.compile(rf"{_PLEASE}(?P<when>{_WHEN})?的?日历[\s:：]*(?P<more>{_WHEN}|图片?|文件)?吧?"),
        "日历",
        "{when}{more}",
    ),
    (re.compile(rf"{_ADD}(?:提醒|日子)[\s:：]*(?P<rest>.+)"), "提醒", "新增 {rest}"),
    (re.compile(rf"(?P<deed>{_ROWS})(?:提醒|日子)[\s:：]*(?P<rest>[#第\d].*)"), "提醒", "{deed} {rest}"),
    (re.compile(rf"{_MINE}提醒(?:列表|有哪些)?"), "提醒", ""),
    (re.compile(r"(?:不要|别|不用)(?:再|给我)*提醒(?:我|我们)?了?|(?:关闭?|关掉|停止?|停掉)提醒"), "不再提醒", ""),
    (re.compile(r"(?:现在|今天|这周|本周)?(?:是|算)?第几(?:个)?(?:教学)?周"), "校历", ""),
    (re.compile(r"(?:负担\s*)?(?:谁|哪[位个些]老师)?(?:收到?的?)?(?:提醒|负担)(?:收得)?最[多重]"), "负担", ""),
)
_ABOUT = re.compile(
    r"日历|提醒|第几|负担|日子|\d[日号]?\s*(?:起|开始|正式)*(?:放|停课|休息|[寒暑春秋]?假|开学|补[课班]|上班)"
)
_LONGEST = 60
_ASKS = re.compile(r"[?？吗呢]\s*$")


def order(text: str) -> tuple[str, str] | None:
    """(a command's word, its arguments); None for other words."""
    if len(text) > _LONGEST or not _ABOUT.search(text):
        return None
    said = text.strip().rstrip("?？。.!！~吗呢啊呀")
    asks = bool(_ASKS.search(text))
    for way, word, args in _WAYS:
        # 9月1日开学吗 notes nothing.
        if (found := way.fullmatch(said)) and not (asks and word == "校历" and args):
            parts = {name: each or "" for name, each in found.groupdict().items()}
            return word, args.format(**parts)
    return None
