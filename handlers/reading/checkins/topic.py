"""The topic of a check-in: what is quoted, labelled, or stands beside the activity word; never a person or debris."""

import re
from collections.abc import Iterator

from handlers.privacy.names import GIVEN, HAN, SURNAMES, TYPICAL, persons
from handlers.reading.checkins.activities import is_held, names_activity, without_amount
from handlers.reading.quantities.words import RATE
from handlers.reading.text.lexicon import FILLERS
from handlers.reading.text.normalise import COUNTED, GAP, HELD, NAMED, SECRET
from handlers.reading.text.patterns import pattern

LONGEST = 60
_CHUNK_LIMIT = 200
# Words that stand alone are the topic of a short message; of a long one only what is beside its activity.
_MOST_LOOSE = 2
# 王小明讲红色故事: what is left tells something; of 王小明领誓 nothing.
_SHORTEST_DEED = 4
_RATE = pattern(RATE)
_TAKEN = f"{GAP}{SECRET}{NAMED}{HELD}{COUNTED}"
_QUOTED = rf"《[^《》\n{_TAKEN}]{{1,60}}》|“[^“”\n{_TAKEN}]{{1,60}}”|「[^「」\n{_TAKEN}]{{1,60}}」"
_CHUNK = pattern(rf"(?:{_QUOTED}|[^\s,;。!?:|{GAP}{HELD}{COUNTED}])+")
_FILLER = "|".join(map(re.escape, sorted(FILLERS, key=len, reverse=True)))
# Possessive: one way to read a run of fillers, so time stays linear.
_ONLY_FILLER = pattern(rf"(?:{_FILLER}|[^\w\u4e00-\u9fff\U000f0000-\U000fffff])++")
# 我们今天开展了清明祭英烈 -> 清明祭英烈. Only what can hardly begin a topic: 开学第一课 keeps its 开.
_LEAD = pattern(
    r"(?:了(?!解)|呢|嘛|的话[是嘛]?|也|开?了?一个(?=$)|各位老师好?|老师们?好|老师您好|大家好|[您你]好|呃|额|嗯|那个|这个|然后|就是|我们学校|我们班级?|我们中队|我们(?!的)|我班|我校|本中队|咱们?班|"
    r"(?:也|又|还|隆重|集体|共同)?(?:开展|举行|组织|进行|召开|举办|参加|参与|完成|搞|上|做|开)了(?:一?[次场节个堂])?"
    r"|(?:隆重)?(?:开展|举行|组织|举办|召开)|"
    r"(?:全体)?(?:少先)?(?:队员|学生|同学)们?参加|这里是|这是|以[上下]是|(?:活动)?主题[是为]|的活动是|还有|题目[是为]?|(?:[上下]午|中午)?带着?(?:孩子|同学|队员|学生)们?"
    r"|刚刚|[开上搞办]完了?|补报|补签|上报|活动主题|签到|简讯|大队部|去(?=祭|参))++[:,]?"
)
_TRAIL = pattern(
    r"(?:(?:系列|主题)?活动)?(?:开展)?(?:情况|已完成|签到|打卡|(?:向(?:您|领导|大家))?汇报|上报|如下|接龙|统计|已?顺利结束|圆满结束|圆满完成|"
    r"结束|谢谢|啦|了|的|吧|然后|接着|随后|都是|全是|哦|哈|嗯|嘛|噢|一共|总共)*$"
)
_AS_THEME = pattern(r"以(.{2,40})为主题的?$")
# 在多功能教室召开“铭记历史”: where and that it was held is no topic.
_TO_HOLD = pattern(r"(?:召开|举行|开展|举办)$")
_HOLDING = pattern(r".*(?:召开|举行|开展|举办)了?|[在于赴到对][^《“「]*(?=[《“「])")
# 空调坏了 tells how it went; 演练结束了 does not, and who 来不了 is no topic but a matter.
_WENT = pattern(r"(?<!结束)(?<!完成)(?<!举办)(?<!不)了$")
# What tells of the message or of how it went; the first part also where an activity is named.
_NO_THEME = (
    r"节目|作品(?!展)|评委|选手|观众|冠军|^(?:照片|图片|视频)\d|^为(?:弘扬|进一步|增强|丰富|庆祝|迎接|纪念|了)|将至|请假"
    r"|主持(?!人大赛)|\d+[辆条朵]"
)
_NO_TOPIC = pattern(_NO_THEME)
_DEBRIS = pattern(
    rf"{_NO_THEME}|[了过着很]|已|我们(?!的)|咱|大家|老师|家长(?!课堂|学校)|爸|妈|(?:爷爷|奶奶)(?!的)|叔叔"
    rf"|阿姨|哥哥|姐姐|(?:附|见|有|发)[^,]{{0,4}}照片"
    r"|照片(?:已|见|发)|总结|邮箱|公众号|^附|原因|地点|每|其中|分别|小组|气氛|兴致|认真|积极|热烈|顺利|[下大]雨|雨[太很]|天气[太很]"
    r"|圆满|意义|感受|体会|费用|成交|金额"
    r"|\d+[份袋斤件块本名个道次位]|^共\d|发言|答题|点赞\d|刚才|上次|缺|假|没|未|(?:是|开始|完)$|准备(?:完毕|就绪|好)"
)
_PET = "小阿"
# What is beside 请假, 少 or 没来 and as short as a name is somebody, whatever its shape: 缺 高兴, 事假:向阳、安全;
# beside a count, 缺1 爱鸟, only behind a colon. And in one with it: 少高兴, 差和平一个.
_MISSING = pattern(f"[{SECRET}少差缺]")
_AWAY = pattern(rf"{SECRET}+(?:的|同学|名单)?|(?:还|就|只)?[少差缺](?:了|的是)?")
# 请假, 没来, 事假: of characters.
_WORD = 2
_COUNT = pattern(r"[\d一两二三四五六]")
_SAID = pattern(rf"[{HAN}]+")
_SOMEBODY = pattern(rf"[{HAN}]{{2,3}}(?:[、/][{HAN}]{{2,3}})*")
_ONE_LESS = pattern(
    r"(?:还|就|只)?[少差缺](?!先队|年|儿|数|林|工委|代会|[吃玩用说看扔丢异别距])了?"
    rf"[{HAN}]{{2,3}}(?:[一两1]个?人?)?(?:没[来到])?"
)
_BOOK = pattern(r"《[^《》]{1,40}》")
_NO_QUOTES = {**dict.fromkeys(map(ord, '「」『』“”"‘’')), **dict.fromkeys(map(ord, _TAKEN), " ")}
_EDGES = " \t-·.、/\\+=@#*_~^…—&%$'`()[]{}<>×"
_LETTERS = pattern(r"[A-Za-z\u3400-\u9fff]")
# Of a form: what stands behind 地点: or 备注: is no topic.
_OF_TOPIC = pattern(r"主题|内容|项目|活动|形式|名称|题目|类型|[课会日动]$")
_NEXT_LABEL = pattern(r"\s(?:活动)?(?:时间|日期|地点|人数|人员|形式|对象|主持人?|参加人员?|备注)\s?:")
_LABELLED = pattern(
    r"(?:(?:活动主题|活动内容|主题|内容)\s?:\s?|(?<!以)主题(?:[是为]|(?=[《“「])))"
    rf"([^\n;。{COUNTED}]{{1,200}})(?<!:)(?<!: )"
)


def topic_of(scan: str, told: str) -> str | None:
    """The topic in `scan`, where what was understood is taken out of what was `told`; at most 60 characters."""
    labelled = _LABELLED.search(scan) if ":" in scan or "主题" in scan else None
    return (_join([_trim(_NEXT_LABEL.split(labelled[1])[0])]) if labelled else None) or _join(_chunks(scan, told))


def tells_what_was_held(scan: str) -> bool:
    """Whether any of the words left says what was held or done, be it a topic or not: 给妈妈送贺卡."""
    return any(_trim(match[0]) and (is_held(_trim(match[0])) or is_held(match[0])) for match in _CHUNK.finditer(scan))


def _chunks(scan: str, told: str) -> Iterator[str]:
    """What stands beside the activity or names one, and where little is left what stands alone."""
    loose, label = 0, ""
    chunks = list(_CHUNK.finditer(scan))
    away = _away(scan, told, chunks) if _MISSING.search(scan) else ()
    for place, match in enumerate(chunks):
        before, after = scan[match.start() - 1 : match.start()], scan[match.end() : match.end() + 1]
        theirs = not (label and before == ":") or _OF_TOPIC.search(label) or names_activity(match[0])
        label = match[0] if after == ":" else ""
        words = "" if label or place in away or not theirs or _WENT.search(match[0]) else _trim(match[0])
        beside = after == HELD or (before == HELD and not _DEBRIS.search(words))
        if words and (beside or words.startswith(("《", "“", "「"))):
            yield words
        elif words and loose < _MOST_LOOSE and _tells(words, before, after):
            loose += 1
            yield words


def _away(scan: str, told: str, chunks: list[re.Match[str]]) -> set[int]:
    """Which of them are who is not there."""
    found = {place for place, each in enumerate(chunks) if _ONE_LESS.fullmatch(each[0])}
    for place, each in enumerate(chunks):
        bare = _AWAY.fullmatch(each[0]) and not _COUNT.search(told, *each.span())
        listed = SECRET in each[0] and scan[each.end() : each.end() + 1] == ":"
        # 高兴 请假 as well as 请假 高兴; of 爱鸟 王小明请假 only what is behind.
        steps = ((-1, 1) if each[0].count(SECRET) == _WORD else (1,)) if bare else (1,) if listed else ()
        said_of = each[0].count(SECRET) not in (0, _WORD)
        for step in steps:
            beside = place + step
            # 请假 爱国主义教育: of 高兴 请假 somebody is told already.
            if bare and step > 0 and not said_of and place - 1 not in found and _is_beside(scan, chunks, beside):
                found.add(beside)
                beside += step
            while 0 <= beside < len(chunks) and _is_somebody(scan, chunks, beside, step, listed):
                found.add(beside)
                beside += step
    return found


def _is_beside(scan: str, chunks: list[re.Match[str]], place: int) -> bool:
    if place >= len(chunks) or names_activity(chunks[place][0]) or not _SAID.fullmatch(chunks[place][0]):
        return False
    return not scan[chunks[place - 1].end() : chunks[place].start()].strip(" ,:")


def _is_somebody(scan: str, chunks: list[re.Match[str]], place: int, step: int, listed: bool) -> bool:
    words, nearer = chunks[place], chunks[place - step]
    between = scan[nearer.end() : words.start()] if step > 0 else scan[words.end() : nearer.start()]
    return bool(_SOMEBODY.fullmatch(words[0])) and not between.strip(" ,:") and (listed or not names_activity(words[0]))


def _tells(words: str, before: str, after: str) -> bool:
    """Beside a count stand words of what they did: 5位队员讲解; only an activity of more words is one."""
    theme = names_activity(words)
    if (_NO_TOPIC if theme else _DEBRIS).search(without_amount(words) if is_held(words) else words):
        return False
    return COUNTED not in (before, after) or (len(words) > 2 and (theme or is_held(words)))


def _join(chunks: "Iterator[str] | list[str]") -> str | None:
    kept: list[str] = []
    length = 0
    for words in chunks:
        if words and words not in kept and not any(map(_of_child, persons(_BOOK.sub("", words)))):
            kept.append(words)
            length += len(words) + 1
            if length > LONGEST:
                break
    return " ".join(kept).translate(_NO_QUOTES)[:LONGEST].strip(_EDGES) or None


def _of_child(name: str) -> bool:
    """Of what is no word, what is made as names are: 林子墨, 小明; not 包饺子, 古诗词."""
    given = name[1:]
    sure = not TYPICAL.isdisjoint(given) or GIVEN.issuperset(given)
    called = (name[0] in SURNAMES and sure) or (name[0] in _PET and len(name) == 2)
    return called or "·" in name or TYPICAL.issuperset(name)


def _trim(chunk: str) -> str:
    """Polite words and edges off one chunk; nothing when no words of its own are left."""
    chunk = _RATE.sub("", chunk[:_CHUNK_LIMIT])
    if NAMED in chunk:
        chunk = max(chunk.split(NAMED), key=len)
        chunk = chunk if len(chunk) >= _SHORTEST_DEED else ""
    if SECRET in chunk or _ONLY_FILLER.fullmatch(chunk):
        return ""
    if lead := _LEAD.match(chunk):
        chunk = chunk[lead.end() :]
    chunk = _shorten(chunk).strip(_EDGES)
    if theme := _AS_THEME.match(_TO_HOLD.sub("", chunk)):
        chunk = theme[1].strip(_EDGES)
    chunk = _HOLDING.sub("", chunk, count=1)
    if len(chunk) < 2 or not _LETTERS.search(chunk) or _ONLY_FILLER.fullmatch(chunk):
        return ""
    return chunk


def _shorten(chunk: str) -> str:
    """清明祭英烈活动情况如下 -> 清明祭英烈, looking only at the last characters."""
    cut = max(0, len(chunk) - 16)
    return chunk[:cut] + _TRAIL.sub("", chunk[cut:], count=1)
