"""The words of a topic without what only leads to it, ends it or is polite."""

import re
from collections.abc import Iterable

from handlers.reading.quantities.words import RATE
from handlers.reading.text import idioms
from handlers.reading.text.lexicon import FILLERS
from handlers.reading.text.normalise import NAMED, SECRET, TAKEN
from handlers.reading.text.patterns import pattern

_CHUNK_LIMIT = 200
# 王小明讲红色故事: what is left tells something; of 王小明领誓 nothing.
_SHORTEST_DEED = 4
_RATE = pattern(RATE)
_FILLER = "|".join(map(re.escape, sorted(FILLERS, key=len, reverse=True)))
# Possessive: one way to read a run of fillers, so time stays linear.
_ONLY_FILLER = pattern(rf"(?:{_FILLER}|[^\w\u4e00-\u9fff\U000f0000-\U000fffff])++")
# 我们今天开展了清明祭英烈 -> 清明祭英烈. Only what can hardly begin a topic: 开学第一课 keeps its 开.
_LEAD = pattern(
    r"(?:\([^()]{0,10}(?:简讯|简报|快讯|动态|报道|播报|风采|掠影|纪实)\)|[本这此该]次的?(?=[\u4e00-\u9fff]|$)|了(?!解)|(?:主要|重点|着重)?[讲学谈聊](?:的(?:内容)?是|了(?!解))|(?:主要|重点|着重)讲解?|我?(?:先|来)?(?:说|汇报|报告)一下啊?|呢|嘛|的话[是嘛]?|也|开?了?一个(?=$)|各位老师好?|老师们?好|老师您好|大家好|[您你]好|呃|额|嗯|[那这]个(?:什么|啥)?|然后|就是|我们学校|我们班级?|我们中队|我们(?!的)|我班|我校|本中队|咱们?班|"
    r"(?:也|又|还|隆重|集体|共同)?(?:开展|举行|组织|进行|召开|举办|参加|参与|完成|搞|上|做|开)了(?:一?[次场节个堂])?"
    r"|(?:隆重)?(?:开展|举行|组织|举办|召开)|"
    r"(?:全体)?(?:少先)?(?:队员|学生|同学)们?参加|这里是|这是|以[上下]是|(?:活动)?主题[是为]|的活动是|还有|题目[是为]?|(?:[上下]午|中午)?带着?(?:孩子|同学|队员|学生)们?"
    r"|(?:今年|[本这]学期)(?:的|第[\d一二三四五六七八九十]+次|首次)|光荣$|请(?:各(?:班级?|校|位|中队)|大家)?(?:[上填]?报|接龙|统计)(?:一下)?|[上下]午(?=[\u4e00-\u9fff]{2})|的(?=[\u4e00-\u9fff]{2})(?!确|士)|[两三四五六七八几\d]个班(?:一起|一同|共同)?|刚刚?(?!果)|[开上搞办]完了?|(?:正常|照常|如期|按时|准时|按计划|顺利)(?=$|[开举进组参上]|[\u4e00-\u9fff]{4})|补报(?:一下)?|补签|上报|活动主题|签到|简讯|大队部|去(?=祭|参))++[:,]?"
)
_TRAIL = pattern(
    r"(?:(?:系列|主题)?活动)?(?:开展)?(?:情况|已完成|签到|打卡|(?:向(?:您|领导|大家))?汇报|上报|如下|接龙|统计|已?顺利结束|圆满结束|圆满完成|"
    r"结束|忘了?报|我们班|我班|我?们?中队|[兼暨]|归来|回来|(?<=[墓扫旗树加校])回|谢谢|啦|了|的|吧|然后|接着|随后|都是|全是|哦|哈|嗯|嘛|噢|一共|总共|在)*$"
)
_AS_THEME = pattern(r"以(.{2,40})为主题的?$")
# 在多功能教室召开“铭记历史”: where and that it was held is no topic.
_TO_HOLD = pattern(r"(?:召开|举行|开展|举办)$")
_HOLDING = pattern(r".*(?:召开|举行|开展|举办)了?|[在于赴到对][^《“「]*(?=[《“「])")
# 在班里上了一节队课, 前往烈士陵园开展祭扫: where it was held; 围绕清明主题开展了队日: what it was about.
_VERB = pattern(r"(?:(?:召开|举行|开展|举办|进行|组织)[了过]?|[开上搞办]了|[开上](?=一))(?:一?[次场节个堂])?的?$")
_WHERE = pattern(r"(?:我?们?|我?班|我?中队)?(?:[在于到去赴用]|前往|来到|走进|利用|分别|隆重)[^《“「]*$")
_ABOUT = pattern(r"(?:紧?紧?围绕|结合|就)([^《“「]{2,40}?)(?:为|这一)?(?:主题|内容)?$")
# 围绕“垃圾分类”展开讨论, 观看了爱国电影《长津湖》: what is quoted says it.
_AROUND = pattern(
    r"(?:(?:紧?紧?围绕|结合|以|就|课题[是为]|题为|名为|主题[是为]?)|[\u4e00-\u9fff]{0,8}[了过着][\u4e00-\u9fff]{0,6})(?=[《“「])"
    r"|(?<=[》”」])(?:为题|为主题|展开|进行)[\u4e00-\u9fff]{0,8}$"
)
_EDGES = " \t,-·.、/\\+=@#*_~^…—&%$'`()[]{}<>×"
_LETTERS = pattern(r"[A-Za-z\u3400-\u9fff]")
_LONGEST = 60
_NO_QUOTES = {**dict.fromkeys(map(ord, '「」『』“”"‘’')), **dict.fromkeys(map(ord, TAKEN), " ")}


def before_what_was_held(chunk: str) -> str:
    """Of what leads to the word of an activity, what tells of it."""
    verb = _VERB.search(chunk)
    if verb is None:
        return chunk
    led = chunk[: verb.start()]
    if about := _ABOUT.fullmatch(led):
        return about[1]
    return "" if _WHERE.fullmatch(led) else led


def trimmed(chunk: str) -> str:
    """Polite words and edges off one chunk; nothing when no words of its own are left."""
    chunk = _RATE.sub("", chunk[:_CHUNK_LIMIT])
    if NAMED in chunk:
        chunk = max(chunk.split(NAMED), key=len)
        chunk = chunk if len(chunk) >= _SHORTEST_DEED else ""
    if SECRET in chunk or _ONLY_FILLER.fullmatch(chunk):
        return ""
    chunk = _AROUND.sub("", chunk)
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


def _joined(chunks: Iterable[str]) -> str | None:
    """What is left of the pieces as one topic, at most 60 characters; who is named in it goes at the gate."""
    kept: list[str] = []
    length = 0
    for words in chunks:
        if words and words not in kept:
            kept.append(words)
            length += len(words) + 1
            if length > _LONGEST:
                break
    return " ".join(kept).translate(_NO_QUOTES)[:_LONGEST].strip(_EDGES) or None


def besides(chunks: Iterable[str], activity: str | None) -> str | None:
    """祭扫 清明祭英烈: the activity itself is no topic of it."""
    return f"{idioms.shown(_joined(chunks) or '')} ".removeprefix(f"{activity} ").strip() or None
