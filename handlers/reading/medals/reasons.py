"""Units named in the reason of a nomination: 集体一星章 全校争章活动好 is not about a second unit."""

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise

from handlers.privacy.names import persons
from handlers.reading.medals.awards import STARS
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.persons.names import is_name
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit


def units_of_reason(before: str, scan: str, hits: list[Hit], medals: list[Medal]) -> tuple[list[Hit], str]:
    """`hits` and `scan` without the unit words behind the last medal of a line, which stand there as in `before`.

    Only when the unit was said ahead of the first medal, or the words are of the school; a 中队 that stands as a word
    of its own stays a unit.
    """
    if not hits or not medals:
        return hits, scan
    # 一星章, 跳绳全校第一: no unit was said ahead, and none behind.
    told = all(hit.kind == "school" and scan[hit.start - 1 : hit.start].isalpha() for hit in hits)
    if hits[0].start > medals[0].start and not told:
        return hits, scan
    dropped: set[int] = set()
    parts, at, line = [], 0, 0
    while line <= len(scan):
        end = scan.find("\n", line)
        end = len(scan) if end < 0 else end
        last = bisect_left(medals, end, key=_medal_start) - 1
        tail = max(line, medals[last].end) if last >= 0 else end
        own = range(bisect_left(hits, tail, key=_hit_start), bisect_left(hits, end, key=_hit_start))
        if all(_of_reason(hits[place], scan) for place in own):
            dropped.update(own)
            parts += [scan[at:tail], before[tail:end]]
            at = end
        line = end + 1
    return [hit for place, hit in enumerate(hits) if place not in dropped], "".join([*parts, scan[at:]])


# 她是四(1)中队的小帮手: is that where she belongs?
_SAID_OF = pattern(r"(?:[她他](?:是|在)|帮助?|去)$")


def unsure(scan: str, hits: list[Hit], medals: list[Medal]) -> list[Hit]:
    """`hits`, where the only units stand in a sentence behind the medals: to be asked about."""
    behind = bool(hits and medals) and hits[0].start > medals[-1].end
    if not behind or not _SAID_OF.search(scan[: hits[0].start]):
        return hits
    return [replace(hit, unit=None, issue="UNIT_AMBIGUOUS") for hit in hits]


# Right beside the medal: 上次没评上一星章, 应该够一星章了, 把一星章弄丢了, 王小明或李小红一星章: nobody for sure.
_AHEAD = pattern(
    r"没|未|不(?![怕断懈错辞计畏少乱])|应该|让给|落选|入围|争取到|正在|[标想]是|够|可能|或|还(?:[是差]|有$)|上次|上(?:个?学期|学年|届|年)|去年|前年|以前|曾|本来|差点|将来|以后|下次|明年|同桌|[妈爸]"
    r"|家长|哥哥|姐姐|弟弟|妹妹|把$|问|觉得|认为|考虑|如果|戴|说(?!是|一?[下声]|明)|离$|介绍|想要|要$|羡慕|拿[出着]|[昨前]天|领[了到]?$|有$"
)
_BEHIND = pattern(
    r"的?(?:都?没|[好行]不[好行]|对不对|怎么样|颁[章奖]|评上|弄|佩?戴|丢|掉|坏|错|没|不(?![怕断懈错辞计畏少])|[呢吗么]|了吧|发[了到下给]|领[了到]|证书?|什么|怎|应该|可能"
    r"|[几够被]|多少|材料|表格|(?:要|得|想)?换(?:人|一?个|掉)|二选一|已[经发颁]|是不是|要不要|和.{1,4}换|还差|争章|先(?![进报推提评])|暂|等等|再说|待定|缓|理由[改换补]|补充|加一?[条点]|标准|条件|办法|经验)|[,\s]*(?:二|[2两])选一"
)
# 王小明获得一星章 tells of what was; 推荐他获得一星章 asks for it.
_GOT = pattern(r"^(?!.*(?:推荐|提名|申报|争取|希望)).*(?<![他她])(?:获得|荣获|获评)了?(?:集体)?$")
# 符合一星章条件 is a reason; what falls short is asked about elsewhere.
_MEETS, _OF_WHAT = pattern("(?:符合|达到|具备|满足)$"), pattern("的?(?:条件|标准|要求)")
_CLAUSE_END = pattern(r"[\s,;。!?、()\n]")
_NEAR = 16
_ALONE, _SHORT = f" 、,;\n{GAP}", pattern("[\u4e00-\u9fff]{2,3}")


def are_doubtful(scan: str, medals: list[Medal]) -> bool:
    """Whether words beside a medal say something else; or stand alone up to the same medal: 一星章 竹兰 一星章."""
    same = (scan[one.end : other.start].strip(_ALONE) for one, other in pairwise(medals) if one.code == other.code)
    return any(_is_doubtful(scan, medal) for medal in medals) or any(
        _SHORT.fullmatch(word) and not find_nominees(word, ()).names for word in same
    )


def _is_doubtful(scan: str, medal: Medal) -> bool:
    """Whether what stands right beside the medal in `scan` says something else than that it is proposed."""
    ahead = _CLAUSE_END.split(scan[max(0, medal.start - _NEAR) : medal.start])[-1]
    for name in filter(is_name, persons(ahead)):
        # 曾子涵, 戴佳怡: of a name no sign says anything.
        ahead = ahead.replace(name, "")
    told = (medal.code in STARS or (medal.code or "").startswith("H:")) and _GOT.match(ahead) is not None
    meets = _MEETS.search(ahead) is not None and _OF_WHAT.match(scan, medal.end) is not None
    return told or _AHEAD.search(ahead) is not None or (not meets and _BEHIND.match(scan, medal.end) is not None)


def _medal_start(medal: Medal) -> int:
    return medal.start


def _hit_start(hit: Hit) -> int:
    return hit.start


_POST = pattern(r"副?(?:班长|[中大小]?队长|[大中]队委员?|[\u4e00-\u9fff]{0,2}委员?)(?=[\s,;。!()]|$)")


def _of_reason(hit: Hit, scan: str) -> bool:
    """全校, or 四(2)中队 inside of a sentence: 帮助四(2)中队; who somebody is there: 四(2)中队长."""
    ahead = scan[hit.start - 1 : hit.start]
    return hit.kind == "school" or (ahead.isalpha() and ahead != GAP) or _POST.match(scan, hit.end) is not None
