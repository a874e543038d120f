"""Where a child is named whatever else the word means: 姓名:和平, 小队长万里; of 万里 一星章 alone it is asked."""

import re

from handlers.privacy.names import DOUBLE, GIVEN, persons
from handlers.reading.medals import nominee_words
from handlers.reading.persons.names import NOT_NAMES, SURNAMES, is_name, is_word_and_name
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

# The fields of a form that are no part of the reason ahead of them.
FIELD = pattern(
    r"(?:(?:被?推荐|被?提名|申报|候选)(?:人|对象|队员|学生|同学)|(?:队员|学生|孩子)?姓名|队员|学生|中队|班级)"
)
_TOLD = pattern(
    r"(?:(?:被推荐|被提名|候选)人|(?:推荐|提名|申报)(?:对象|队员|学生|同学)|(?:队员|学生|孩子)?姓名|队员|学生)\s?:\s?"
    rf"(?P<labelled>[\u4e00-\u9fff·]{{2,5}})(?=[\s,;。、({GAP}]|$)"
    r"|(?:[中小大]队长|班长|[大中]队委员?|旗手|课代表|组长)(?P<of_post>[\u4e00-\u9fff]{2}?)"
    rf"(?=[\s,;。、和与({GAP}]|同学|$)"
    r"|(?:班|中队)[里上]?的(?P<of_class>[\u4e00-\u9fff]{2,3})(?:同学|小朋友|队员)(?!们)"
    r"|(?:推荐|提名)(?P<put_up>(?![他她我你本该这各全以两几])[^\W\d_的名人位个班队校体]{2,4})(?:为|当|评|参评|申报|争创?)\s?(?=\ue000)"
    r"|(?:[中小大]队长|班长|[大中]队委员?|旗手|课代表|[语数]?组长)(?P<at_medal>[\u4e00-\u9fff]{2,3})(?=\s?\ue000)"
)
_ALONE = pattern(
    rf"(?:^|(?<=[\s:,{GAP}]))(?P<who>[\u4e00-\u9fff]{{2}})(?:同学)?(?=\s?{GAP})|(?<={GAP})[\s:]?(?P<behind>[\u4e00-\u9fff]{{2}})(?=[\s,;。]|$)"
)


_DEED = pattern(rf"^\s?[\u4e00-\u9fff]{{2}}(?:同学)?\s?{GAP}+[\s,:]*(?:理由:)?[\u4e00-\u9fff,、]{{4,}}")

# 席小满还有管小彤
_AND_TOO = pattern(
    r"(?<=[\u4e00-\u9fff])(?:还有|以及|再?加上)(?P<who>[\u4e00-\u9fff]{2,4}?)"
    r"(?=[\s,、。;]|[两二三四五\d][个名位]|[都也]?[报评]|$)"
)
# 耿直的耿: how the name is written.
_SPELLED = pattern(
    rf"(?:[\u4e00-\u9fff]是)?[\u4e00-\u9fff]?(?P<sign>[\u4e00-\u9fff])[\u4e00-\u9fff]?的(?P=sign)(?=[\s,;。、{GAP}那这]|$)"
)
_WORD = r"[\u4e00-\u9fff]{2,4}"
_LIST = pattern(rf"(?:(?<=[:{GAP}])|推荐|提名|申报)\s?{_WORD}(?:,\s?{_WORD}){{1,20}}(?=\s*(?:[。\n{GAP}]|$))")
# Lines of nothing but one word, behind their number or sign.
_LINES = pattern(rf"(?:(?<=\n)[{GAP} ]*+{_WORD}[ ]?(?:\n|$)){{2,40}}")
_SIGN_AHEAD = pattern(r"(?<=\n)[*·\-—•]+")
# 一个是王小明一个是李小红, 第一个是王小明第二个是李小红
_ONE_IS = pattern(r"(?:第[一二三四五六七八九十]|[还另]?外?有?一)[个位名](?:同学|队员)?(?:就?是|叫)")

# 张有为 一星章, 端木清和: a word of its own that is as long as names are ends in no 为 or 和 of the sentence.
_WITH_PARTICLE = pattern(
    rf"(?:^|(?<=[\s、,:{GAP}]))(?P<who>(?:(?:{DOUBLE.pattern})[\u4e00-\u9fff]?|[{SURNAMES}][\u4e00-\u9fff])"
    r"(?:[为升]|和(?![ ]+[\u4e00-\u9fff])))"
    r"(?=[\s、,(]|$)"
)

# 爱读书的汤沐阳、爱劳动的戚语桐; 值日生汤沐阳和播音员戚语桐; 劳动标兵 汤沐阳 in a line: who each is stands ahead.
_ENDS_SAID = "员手长生委士兵星家"
_SAID_AHEAD = pattern(
    rf"(?:^|(?<=[\n、,;。:{GAP}])|(?<=[\u4e00-\u9fff][和与及跟]))[ ]?"
    rf"(?:(?P<said>[\u4e00-\u9fff]{{1,10}}?[的{_ENDS_SAID}]|[\u4e00-\u9fff]{{1,6}}(?:代表|能手|骨干|达人|主持人|标兵|之星))"
    r"|(?P<line>(?<=\n)[\u4e00-\u9fff]{2,8}|^[\u4e00-\u9fff]{2,8})[ :]{1,2})"
    rf"(?P<who>[\u4e00-\u9fff]{{2,4}}?)(?:同学|小朋友)?"
    rf"(?=[ ]?(?:[\n、,;。{GAP}]|[都也]?报|[和与及跟][\u4e00-\u9fff]|$))"
)
_TO_ANOTHER = pattern(
    "帮|助(?!人)|照[顾看]|陪|教|[给替救送扶借让向被对把叫]|关[心爱照]|推荐|提名|申报|姓名|中队|班级|推选|辅导|家长"
)


def said_behind(scan: str) -> str:
    """汤沐阳(爱读书)、戚语桐(爱劳动): where it is told of several in the same way, or is what somebody does."""
    found = [each for each in _SAID_AHEAD.finditer(scan) if _is_told_of(each)]
    several = len({each["who"] for each in found}) > 1
    for each in reversed(found):
        said = (each["said"] or each["line"]).removesuffix("的")
        if several:
            scan = f"{scan[: each.start()]}{each['who']}({said}){scan[each.end() :]}"
        elif scan[: each.start()].endswith(tuple("和与及跟、")) and each["said"] == said:
            scan = f"{scan[: each.start()]}{each['who']}{scan[each.end() :]}"
    return scan


def _is_told_of(match: re.Match[str]) -> bool:
    said, who = match["said"] or match["line"], match["who"]
    return persons(who) == (who,) and not _TO_ANOTHER.search(said) and not persons(said)


def with_particle(scan: str) -> set[str]:
    """The names that end in what is mostly a word of the sentence."""
    return {match["who"] for match in _WITH_PARTICLE.finditer(scan) if match["who"][:2] not in NOT_NAMES}


def listed(scan: str) -> str:
    """The text with 、 where nothing but names stands between commas, and without how they are written."""
    scan = _AND_TOO.sub(lambda match: f"、{match['who']}" if is_name(match["who"]) else match[0], scan)
    if len(_ONE_IS.findall(scan)) > 1:
        scan = _ONE_IS.sub("、", scan)
    scan = _LINES.sub(_of_lines, _SIGN_AHEAD.sub(_blank, scan)) if "\n" in scan else scan
    return _LIST.sub(_of_commas, _SPELLED.sub(_blank, scan))


def _of_commas(match: re.Match[str]) -> str:
    words = match[0].replace(" ", "").split(",")
    words[0] = nominee_words.core_of(words[0])
    return match[0].replace(",", "、") if _are_names(words) else match[0]


def _of_lines(match: re.Match[str]) -> str:
    lines = match[0].strip("\n").split("\n")
    words = [line.strip(f" {GAP}") for line in lines]
    numbered = all(GAP in line for line in lines)
    return f"{'、'.join(words)}\n" if _are_names(words, numbered) else match[0]


def _are_names(words: list[str], numbered: bool = False) -> bool:
    """沈佳宜,谷雨,岳明轩: what is a word as well is a name between two that are none; in a numbered list anywhere."""
    sure = [persons(word) == (word,) or (len(word) > len("高大") and is_name(word)) for word in words]
    may = all(
        each or ((is_name(word) or is_word_and_name(word)) and not nominee_words.praises(word))
        for word, each in zip(words, sure, strict=True)
    )
    return may and (any(map(is_name, words)) if numbered else sure[0] and sure[-1])


def _blank(match: re.Match[str]) -> str:
    return GAP * len(match[0])


def said_to_be_children(scan: str) -> set[str]:
    """The words that are a child's for the label or the post ahead of them."""
    labelled, of_post = set(), set()
    for match in _TOLD.finditer(scan):
        if match["labelled"]:
            labelled.add(match["labelled"])
        elif is_word_and_name(match["of_post"]):
            of_post.add(match["of_post"])
        elif match["of_class"]:
            of_post |= {match["of_class"]} if is_name(match["of_class"]) or persons(match["of_class"]) else set()
        elif (named := match["put_up"] or match["at_medal"]) and not nominee_words.praises(named):
            of_post.add(named)
    return {name for name in labelled if not nominee_words.FORMAL.fullmatch(name)} | of_post


# 1.褚思远 帮同桌讲题
_FIRST = pattern(rf"(?:^|(?<=\n))(?P<number>[{GAP} ]*+)(?P<who>[\u4e00-\u9fff·]{{2,9}})(?=[ :,(]|\n|$)")
_ROW = pattern(rf"(?:(?<=[:{GAP}])|^)\s?{_WORD}(?:、{_WORD})+(?=\s*(?:[。\n{GAP}]|$))")


def first_of_lines(scan: str) -> list[str]:
    """The first words of the numbered lines, else of all."""
    begun = [*_FIRST.finditer(scan)] if "\n" in scan else []
    rows = [match for match in begun if match["number"]]
    # 一星章推荐 above them is no row.
    rows = rows if len(rows) > 1 else []
    words = (nominee_words.core_of(match["who"]) for match in rows or begun)
    first = [word for word in words if word and not nominee_words.FORMAL.fullmatch(word)]
    # Without numbers a line may as well begin with what is said of the child above.
    return first if rows or (all(map(is_name, first)) and not any(map(nominee_words.praises, first))) else []


def names_among(words: list[str]) -> set[str]:
    """All of them, where most are names and none says how a child is: 牧之、祝福、常乐."""
    named = sum(is_name(word) or persons(word) == (word,) or is_word_and_name(word) for word in words)
    of_names = len(words) > 1 and named * 3 >= len(words) * 2 and not any(map(nominee_words.praises, words))
    return set(words) if of_names else set()


def of_a_row(scan: str) -> set[str]:
    """牧之、祝福、常乐: what stands in a row of nothing else but names of which most are some."""
    found: set[str] = set()
    for match in _ROW.finditer(scan):
        words = match[0].strip().split("、")
        found |= names_among(words) if len(words) > 2 else set()
    return found


def may_be_child(scan: str) -> tuple[str, bool] | None:
    """The one word right beside the medal that may be a name as well; whether it is one for sure.

    安静 团结章 帮同学补课: a deed stands behind, and nothing else is who did it.
    """
    words = {match["who"] or match["behind"] for match in _ALONE.finditer(scan)}
    named = [word for word in words if is_word_and_name(word) and word[1] in GIVEN]
    if len(named) != 1:
        return None
    return named[0], not nominee_words.praises(named[0]) and _DEED.search(scan) is not None
