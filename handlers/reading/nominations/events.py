"""What names a medal and is a check-in all the same: a squad with heads, an event at which medals are given."""

from handlers.reading.checkins.activities import find_activity
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.model import Context
from handlers.reading.nominations.requests import NOMINATES
from handlers.reading.persons.names import split_names
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_NAMES_MEDAL = pattern(r"章|星|提名|(?<![书目])推荐(?![书会])|申报|推优|推选|评选")
# 六(1)中队申请集体一星章, 全班42人: the heads are of the reason.
_ASKING = r"(?:申请|参评|争[取创]?|竞选|想要?|我们?班?|本|的|中队|校级|个人|集体)*"
_ASKS_FOR = pattern(rf"{_ASKING}(?P<who>[\u4e00-\u9fff·、]{{2,30}}?)?{_ASKING}")
_NO_GAPS = str.maketrans("", "", f" {GAP}")
# 一星章评选队会
_EVENT_OF = pattern(
    rf"{GAP}\s?(?:评[选比]|推[选优荐]|申报|颁[发章奖]|授予|表彰)(?:主题)?(?:[队班大]会|会|活动|仪式|队[课日])"
)
_COUNTED = pattern(r"\d\s?[人名位]|[十百一二三四五六七八九]人|实到|应到|\d/\d|全勤")
HEADS = pattern(r"\d\s?[人名位]|[十百一二三四五六七八九]人|实到|应到|\d/\d|全勤|全员")
_FIRST = pattern(r"[^,;。!\n]+")


def is_event(text: str, scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> bool:
    """Whether it is told who came, and nobody is proposed."""
    return _is_event(scan, text, medals) or _only_words(scan, text, hits, medals, context)


def _only_words(scan: str, text: str, hits: list[Hit], medals: list[Medal], context: Context) -> bool:
    """三(2)中队 劳动 包饺子 44人: without 章, 星 or 提名 a unit and a head count make a check-in."""
    if not (hits or context.bound_unit) or _NAMES_MEDAL.search(text) or not HEADS.search(scan):
        return False
    listed = find_nominees(scan, ())
    if listed.stated and listed.stated == len(listed.names):
        return False  # 向阳 2人 王小明、李小红
    return not any(medal.code and medal.code.startswith("H:") for medal in medals)


def _is_event(scan: str, text: str, medals: list[Medal]) -> bool:
    """学习优秀少先队员事迹主题队日 38人: an event with heads, not a nomination."""
    if _COUNTED.search(scan) is None or find_activity(scan)[0].rank <= 1:
        return False
    return _EVENT_OF.search(scan) is not None or not (NOMINATES.search(text) or _is_asked_ahead(scan, medals))


def _is_asked_ahead(scan: str, medals: list[Medal]) -> bool:
    """申请集体一星章, 全班42人 and 周子轩 一星章 组织队会, 每次40人: up to the medal nothing else is said."""
    first = _FIRST.search(scan)
    ahead = [medal.end for medal in medals if first and first.start() <= medal.start < first.end()]
    said = _ASKS_FOR.fullmatch(scan[: ahead[0]].translate(_NO_GAPS)) if ahead else None
    if first is None or said is None:
        return False
    who = said["who"] or ""
    alone = _ASKS_FOR.fullmatch(first[0].translate(_NO_GAPS)) is not None and len(first[0]) < len(scan.rstrip())
    return (alone or bool(who)) and (not who or bool(split_names(who)))
