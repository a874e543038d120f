"""Messages that ask for two things: a check-in and a nomination, a withdrawal and what is reported instead."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from handlers.reading.checkins.activities import FORM, find_activity, forms_in, names_activity
from handlers.reading.claims.cues import ASKING
from handlers.reading.text.patterns import pattern

# The row of a reminder, copied back, and the sender's own words under it.
_ROW = pattern(r"^(?P<unit>\S{2,16}) (?P<row>[^\n]*) 应到\d{1,4} 实到[」”\s]*\n(?P<own>[^\n]*\d[^\n]*)", re.M)

# 上条作废,重新报:三(2)队会40人
_INSTEAD = pattern(
    r"(?P<first>[^\n]{0,24}?(?:作废|撤回|撤[销掉了]|删[掉了除]|去掉了?|不算|不要了?)(?:[^,;。!\n]{0,6}[,;。!\s]+|(?=重[新报])))"
    r"(?:重新?|再|请|改|应该?|其实)*(?:重?报|发|签到|记|[成为是])(?:一[条次个])?[:,\s]*(?P<second>[^\n]*\d.*)",
)
_MANY = (
    r"(?<!\d)\d{1,3}[人名个位]?|全[到勤]|全员(?:到[齐场]|参[加与])?|全部(?:到[齐场]|参[加与])"
    r"|到齐了?|满员|都到[齐了]|齐了"
)
# 三(2)队课41人,祭扫也是: as many again.
AS_MANY = ("也是", "一样", "同样", "同上", "都", "均", "各")
_LIKEWISE = pattern(
    rf"(?P<heads>{_MANY})(?P<next>[^,;。\d\n]{{0,6}}[,;、\s]+(?![和跟与同])[^,;。\n]{{2,14}}?)(?:也是|[也都]?一样|同[样上])(?=[,;。!\n]|$)"
)
# 队课和升旗都是41人, 三(2)队课和三(3)队课都全到, 先升旗后队会,都是44: of each as many.
_OF_EACH = pattern(rf"[,\s]*(?:全?都|均|各)(?:[是为有]|[到来]了)?\s?(?P<heads>{_MANY})(?=[,;。!\s]|$)")
_AND = pattern(r"[\s,]*(?:[和与及跟、]|然后|之?后|再|又|接着|(?=[上下中]午|晚上))(?P<of>[^,;。!\n]{0,12})|[\s,]{0,2}")
# 上午下午各一场
_TWICE = pattern(r"上午[和与及跟、]?下午各(?:[开上搞办]了?)?[一1](?=[场节次])")
_OF_BOTH = pattern(r"应到(?:人数)?[和与及跟、\s]?实到(?:人数)?(?:全?都|均)[是为有]?\s?(?P<heads>\d{1,3})")
_CLAUSE = pattern(r"[^,;。!\n]+[,;。!\n]*")
# 队课40人 推荐…, 队课40人 一星章王小明: a task begins without any mark.
_BEGINS = pattern(
    r"[^\S\n](?=推荐|提名|申报|另外?|还|顺便|[一二三四五]星章|[\u4e00-\u9fff]{2,3}(?<!争|奖)章[\u4e00-\u9fff:])"
)
_MEDAL = pattern(r"[一二三四五]星|(?<=[\u4e00-\u9fff])(?<!争)章(?![程节])|提名|(?<![书目])推荐(?![书会])|申报|推优")
_HEADS = pattern(r"\d\s?[人名位]|\d/\d|应到|实到|全勤")
# 中队会评出一星章王小明,全班42人参加: in the clause of the check-in itself.
_CHOOSES = pattern(
    r"(?:评选?出|推选出?|选出|推荐|提名)了?[^,;。\n]{0,10}(?:[一二三四五]星|[\u4e00-\u9fff]{2}(?<!奖)章(?![程节]))"
)
# 另外推荐…: a new task begins.
_ANEW = r"另外?|还有?|同时|顺[便带]|再|也|并且?|此外|以及|又"
_WHETHER = pattern(
    r"(?:请问|老师|这[条个]?|我|您?好|帮我|看下?|查下?|有没有|是否|已经?|都|\W)*+"
    r"(?:签到|上?报|打卡|收到|记录?|登记|提交|成功)(?:[上到成]功?)?[了过]*(?:没有?|吗|么)?\W*"
)
_ASKED, _ENDS, _END = pattern(r"(?:[?吗么呢]|没有?)$"), pattern(r"(?<=[,;。!?\n])"), " ,;。!\n"
_TURNS, _TURNED = pattern(r"\W*[哦噢啊呃]?\W*(?:不对|[说记发报搞]?错了)"), pattern(r"(?:不对|错了)\W*$")
# Each half is read: of a long text, which is a story, that would be often.
_LONGEST, _MOST_CLAUSES = 120, 5
_ALSO = pattern(rf"^[\s,]*(?:{_ANEW})[,\s]*")

# 集体一星章,升旗仪式42人全勤 goes on with the reason; 一星章,今天升旗42人 reports besides.
_NEXT = pattern(
    rf"^[\s,]*(?:{_ANEW}|今[天日早]|昨[天日]|前天|刚才|[上下]午|[本这上]周|周[一二三四五六日]|\d{{1,2}}[月.]|签到|上?报)"
)


def own_answer(text: str) -> str:
    """三(2)中队 主题队日 应到44 实到, and below it 升旗38人: what was held is what the sender says, not the row."""
    match = _ROW.search(text)
    own = find_activity(match["own"])[0].name if match else None
    if not match or own in (None, find_activity(match["row"])[0].name):
        return text
    return f"{match['unit']} {match['own']}{text[match.end() :]}"


def spelled_out(text: str) -> str:
    """三(2)队课41人,祭扫也是 -> …,祭扫41人; 队课和升旗都是41人 -> 队课都是41人,升旗都是41人."""
    text = _LIKEWISE.sub(lambda match: match["heads"] + match["next"] + match["heads"], text)
    text = _TWICE.sub("2", text)
    text = _OF_BOTH.sub(lambda match: "应到{0}实到{0}".format(match["heads"]), text)
    for each in reversed(list(_OF_EACH.finditer(text))):
        many = ("都是" if each["heads"][0].isdecimal() else "") + each["heads"]
        text = _of_each(text, each.start(), many) + text[each.end() :]
    return text


def _of_each(text: str, end: int, many: str) -> str:
    """Up to this place, and behind each of the activities that stand together there how many came to it."""
    forms = forms_in(text[:end])
    if not forms or forms[-1].end != end:
        return text[:end] + many
    said = many
    for one, other in reversed(list(pairwise(forms))):
        joined = _AND.fullmatch(text, one.end, other.start)
        # 祭扫队课 may be one of both kinds, 升旗队课 are two.
        if not joined or (joined["of"] is None and min(one.rank, other.rank) < FORM):
            break
        said, end = f"{many},{joined['of'] or ''}{text[other.start : end]}{said}", one.end
    return text[:end] + said


def instead(text: str) -> tuple[str, str] | None:
    """(what is withdrawn, what is reported instead); None for other messages."""
    match = _INSTEAD.fullmatch(text)
    return (match["first"], match["second"]) if match else None


def apart(text: str) -> tuple[str, str] | None:
    """(the check-in, the nomination) of a message that holds both in clauses of their own; None for other messages."""
    if not (_HEADS.search(text) and _MEDAL.search(text)):
        return None
    clauses = [match[0] for match in _CLAUSE.finditer(_BEGINS.sub("\n", text))]
    if any(_MEDAL.search(clause) and _reports(clause) for clause in clauses):
        return None
    # 开了队会,实到38人: what is told of one activity stands in several clauses.
    runs = [(medal, "".join(run)) for medal, run in groupby(clauses, lambda each: _MEDAL.search(each) is not None)]
    said = [place for place, (medal, run) in enumerate(runs) if medal or _reports(run)]
    turns = [place for before, place in pairwise(said) if runs[before][0] != runs[place][0]]
    if len(turns) != 1:
        return None
    first, rest = ("".join(run for _, run in part) for part in (runs[: turns[0]], runs[turns[0] :]))
    medal_first = runs[said[0]][0]
    if medal_first and not (first.endswith((";", "。", "!", "\n")) or _NEXT.match(rest)):
        return None
    second = _ALSO.sub("", rest)
    return (second, first) if medal_first else (first, second)


def asks(aside: str) -> bool:
    """Whether it ends with a question; 车够坐吗?队课改到下周了 ends with what became of what was told."""
    last = [each for each in _ENDS.split(aside.rstrip(_END)) if each][-1]
    return _ASKED.search(last) is not None or ASKING.found.search(last) is not None


def of_this(question: str) -> bool:
    """Whether it asks for nothing but whether so much was reported: 报了没有, 收到了吗."""
    return _WHETHER.fullmatch(question) is not None


def takes_back(aside: str, held: str) -> bool:
    """本周没有活动,哦不对,周二有队课43人: the first is said no more."""
    return _TURNS.match(held) is not None or _TURNED.search(aside) is not None


def halves(text: str) -> Iterator[tuple[str, str]]:
    """队课41人,老师问三(2)报了没: (what may be the check-in, what else is said), wherever a clause ends."""
    clauses = _CLAUSE.finditer(_BEGINS.sub("\n", text)) if len(text) <= _LONGEST else ()
    ends = [match.end() for match in clauses][:-1]
    if len(ends) < _MOST_CLAUSES:
        for end in reversed(ends):
            yield text[:end], _ALSO.sub("", text[end:])
        for end in ends:
            yield _ALSO.sub("", text[end:]), text[:end]


def chooses(text: str) -> bool:
    """Whether somebody is put forward for a medal in words that are of a check-in as well."""
    return _CHOOSES.search(text) is not None


def _reports(words: str) -> bool:
    return _HEADS.search(words) is not None and names_activity(words)
