"""What is left of a message when everything understood is taken out: its topic, in the sender's own words."""

import re

from handlers.reading.quantities.words import RATE
from handlers.reading.text.lexicon import FILLERS
from handlers.reading.text.normalise import GAP, NAMED, SECRET
from handlers.reading.text.patterns import pattern

LONGEST = 60
_CHUNK_LIMIT = 200
# 王小明讲红色故事: what is left tells something; of 王小明领誓 nothing.
_SHORTEST_DEED = 4
_RATE = pattern(RATE)
# 附照片3张: what is sent along.
_PICTURES = pattern(r"(?:附|见|有|另附)?(?:活动|现场)?(?:照片|图片|相片|视频)(?:\d{1,3}|[一二两三四五六])?[张个段份]?")
_SPLIT = pattern(rf"[\s,;。!?:|{GAP}]+")
_FILLER = "|".join(map(re.escape, sorted(FILLERS, key=len, reverse=True)))
# Possessive: one way to read a run of fillers, so time stays linear.
_ONLY_FILLER = pattern(rf"(?:{_FILLER}|[^\w\u4e00-\u9fff])++")
# 我们今天开展了清明祭英烈 -> 清明祭英烈. Only what can hardly begin a topic: 开学第一课 keeps its 开.
_LEAD = pattern(
    r"(?:了(?!解)|各位老师好?|老师们?好|老师您好|大家好|[您你]好|呃|额|嗯|那个|这个|然后|就是|我们学校|我们班级?|我们中队|我们(?!的)|我班|我校|本中队|咱们?班|"
    r"(?:也|又|还)?(?:开展|举行|组织|进行|召开|举办|参加|参与|完成|搞|上|做|开)了(?:一?[次场节个堂])?|开展|举行|组织|举办|召开|"
    r"(?:全体)?(?:少先)?(?:队员|学生|同学)们?参加|这里是|这是|以[上下]是|(?:活动)?主题[是为]|的活动是|还有|补报|补签|上报|活动主题|签到)++[:,]?"
)
_TRAIL = pattern(
    r"(?:(?:系列|主题)?活动)?(?:开展)?(?:情况|签到|打卡|汇报|上报|如下|接龙|统计|已?顺利结束|圆满结束|圆满完成|"
    r"结束|谢谢|啦|了|的|吧|哦|哈)*$"
)
_AS_THEME = pattern(r"以(.{2,40})为主题的?$")
_NO_QUOTES = dict.fromkeys(map(ord, '「」『』“”"‘’'))
_EDGES = " \t-·.、/\\+=@#*_~^…—&%$'`()[]{}<>"
_LETTERS = pattern(r"[A-Za-z\u3400-\u9fff]")
_LABELLED = pattern(r"(?:活动主题|活动内容|主题|内容)\s?:\s?([^\n;。]{1,200})")


def topic_of(scan: str) -> str | None:
    """The topic in `scan`, where what was understood is already blanked out; at most 60 characters."""
    labelled = _LABELLED.search(scan) if ":" in scan else None
    return (_join(labelled[1]) if labelled else None) or _join(scan)


def _join(scan: str) -> str | None:
    kept: list[str] = []
    length = 0
    for chunk in _SPLIT.split(scan):
        words = _trim(chunk) if chunk else ""
        if words and words not in kept:
            kept.append(words)
            length += len(words) + 1
            if length > LONGEST:
                break
    return " ".join(kept).translate(_NO_QUOTES)[:LONGEST].strip() or None


def _trim(chunk: str) -> str:
    """Polite words and edges off one chunk; nothing when no words of its own are left."""
    chunk = _RATE.sub("", chunk[:_CHUNK_LIMIT])
    if NAMED in chunk:
        chunk = max(chunk.split(NAMED), key=len)
        chunk = chunk if len(chunk) >= _SHORTEST_DEED else ""
    if SECRET in chunk or _ONLY_FILLER.fullmatch(chunk) or _PICTURES.fullmatch(chunk):
        return ""
    if lead := _LEAD.match(chunk):
        chunk = chunk[lead.end() :]
    if theme := _AS_THEME.match(chunk):
        chunk = theme[1]
    chunk = _shorten(chunk).strip(_EDGES)
    if len(chunk) < 2 or not _LETTERS.search(chunk) or _ONLY_FILLER.fullmatch(chunk):
        return ""
    return chunk


def _shorten(chunk: str) -> str:
    """清明祭英烈活动情况如下 -> 清明祭英烈, looking only at the last characters."""
    cut = max(0, len(chunk) - 16)
    return chunk[:cut] + _TRAIL.sub("", chunk[cut:], count=1)
