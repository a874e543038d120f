"""The topic of a check-in: what is quoted, labelled, or stands beside the activity word; never a person or debris."""

from handlers.reading.checkins.activities import is_held, names_activity, without_amount
from handlers.reading.text.normalise import COUNTED, GAP, HELD, TAKEN
from handlers.reading.text.patterns import pattern
from handlers.reading.topics.persons import away
from handlers.reading.topics.words import before_what_was_held, besides, trimmed

# Words that stand alone are the topic of a short message; of a long one only what is beside its activity or quoted,
# or else what first tells what was done.
_MOST_LOOSE = 2
_SHORT, _LITTLE_LEFT = 40, 16
_QUOTED = rf"《[^《》\n{TAKEN}]{{1,60}}》|“[^“”\n{TAKEN}]{{1,60}}”|「[^「」\n{TAKEN}]{{1,60}}」"
_CHUNK = pattern(rf"(?:{_QUOTED}|[^\s,;。!?:|{GAP}{HELD}{COUNTED}])+")
# 空调坏了 tells how it went; 演练结束了 does not, and who 来不了 is no topic but a matter.
_WENT = pattern(r"(?<!结束)(?<!完成)(?<!举办)(?<!不)了$")
# What tells of the message or of how it went; the first part also where an activity is named.
_NO_THEME = (
    r"节目|作品(?!展)|评委|选手|观众|冠军|^(?:照片|图片|视频)(?![墙展征拍制])|人[次数]$|将至|请假"
    r"|人受.$|掉队|.亡$|^人?[都均全](?:平安|安全)|^(?:平安|安全)[返回归到]"
    r"|^为(?:弘扬|进一步|增强|丰富|庆祝|迎接|纪念|了|缅怀|传承|继承|铭记|培养|加强|提[高升]|引导|激发|深[入化]|贯彻|落实|响应"
    r"|营造|促进|推动|帮助|普及|切实|全面|更好|树立|强化|发扬|锻炼)"
    r"|主持(?!人大赛)|\d+[辆条朵]"
)
_NO_TOPIC = pattern(_NO_THEME)
_DEBRIS = pattern(
    rf"{_NO_THEME}|[了过着很]|已|我们(?!的)|咱|大家|老师|家长(?!课堂|学校)|爸|妈|(?:爷爷|奶奶)(?!的)|叔叔"
    rf"|阿姨|哥哥|姐姐|(?:附|见|有|发)[^,]{{0,4}}照片"
    r"|照片(?:已|见|发)|总结|邮箱|公众号|^附|原因|地点|每|其中|分别|小组|气氛|兴致|认真|积极|热烈|顺利|[下大]雨|雨[太很]|天气"
    r"|圆满|意义|感受|体会|费用|成交|金额"
    r"|停电|(?:点击|浏览|阅读|播放|转发|点赞)量|\d+[份袋斤件块本名个道次位页]|^共\d|发言|答题|点赞\d|刚才|上次|缺|假|没|未|(?:是|开始|完)$|准备(?:完毕|就绪|好)|(?<![特告区性级])别[漏忘丢错]|^不用|^试试|想起"
)
# 3月, 第12周, 本周第二次, 301教室: when and where.
_WHEN = pattern(
    r"(?:[本这上]?[周月]|[春秋]季?|本?学期)?第?[\d一二三四五六七八九十]+(?:[月周次天楼]|节课)|在?[\d一二三四五六]{1,3}(?:楼|教室|室)"
)
# Of a form: what stands behind 地点: or 备注: is no topic.
_OF_TOPIC = pattern(r"主题|课题|内容|项目|活动|形式|名称|题目|类型|[课会日动]$")
_NEXT_LABEL = pattern(r"\s(?:活动)?(?:时间|日期|地点|人数|人员|形式|对象|主持人?|参加人员?|备注)\s?:")
_LABELLED = pattern(
    r"(?:(?:活动主题|活动内容|主题|课题|内容)\s?:\s?|(?<!以)主题(?:[是为]|(?=[《“「'\x22])))"
    rf"([^\n;。{COUNTED}]{{1,200}})(?<!:)(?<!: )"
)


def topic_of(scan: str, told: str, activity: str | None) -> str | None:
    """The topic in `scan`, where what was understood is taken out of what was `told`; the activity alone is none."""
    labelled = _LABELLED.search(scan) if ":" in scan or "主题" in scan else None
    found = trimmed(_NEXT_LABEL.split(labelled[1])[0]) if labelled else ""
    return besides([found] if found else _chunks(scan, told), activity)


def tells_what_was_held(scan: str) -> bool:
    """Whether any of the words left says what was held or done, be it a topic or not: 给妈妈送贺卡."""
    told = ((trimmed(match[0]), match[0]) for match in _CHUNK.finditer(scan))
    return any(words and (is_held(words) or is_held(whole)) for words, whole in told)


def _chunks(scan: str, told: str) -> list[str]:
    """What stands beside the activity or names one, and where little is left what stands alone."""
    found: list[str] = []
    loose: list[str] = []
    label, most = "", _MOST_LOOSE if len(scan) <= _SHORT else len(scan)
    chunks = list(_CHUNK.finditer(scan))
    # However long what was understood is, of little else each word is meant.
    short = len(scan) <= _SHORT or sum(len(match[0]) for match in chunks) <= _LITTLE_LEFT
    gone = away(scan, told, chunks)
    for place, match in enumerate(chunks):
        before, after = scan[match.start() - 1 : match.start()], scan[match.end() : match.end() + 1]
        said = before_what_was_held(match[0]) if after == HELD else match[0]
        of_label = bool(label) and before == ":"
        labelled = of_label and _OF_TOPIC.search(label)
        theirs = not of_label or labelled or names_activity(said)
        label = said if after == ":" else ""
        words = "" if label or place in gone or not theirs or _WENT.search(said) else trimmed(said)
        words = "" if _WHEN.fullmatch(words) else words
        beside = after == HELD or (before == HELD and not _DEBRIS.search(words))
        if words and (beside or (labelled and not _DEBRIS.search(words)) or words.startswith(("《", "“", "「"))):
            found.append(words)
        elif words and len(loose) < most and _tells(words, before, after):
            found.append(words)
            loose.append(words)
    if short:
        return found
    sure = [words for words in found if words not in loose]
    return sure or [words for words in loose if names_activity(words) or is_held(words)][:1]


def _tells(words: str, before: str, after: str) -> bool:
    """Beside a count stand words of what they did: 5位队员讲解; only an activity of more words is one."""
    theme = names_activity(words)
    if (_NO_TOPIC if theme else _DEBRIS).search(without_amount(words) if is_held(words) else words):
        return False
    return COUNTED not in (before, after) or (len(words) > 2 and (theme or is_held(words)))
