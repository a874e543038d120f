"""Where a child is named whatever else the word means: 姓名:和平, 小队长万里; of 万里 一星章 alone it is asked."""

import re

from handlers.privacy.names import GIVEN, persons
from handlers.reading.medals import nominee_words
from handlers.reading.persons.names import is_name, is_word_and_name
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
)
_ALONE = pattern(
    rf"(?:^|(?<=[\s:,{GAP}]))(?P<who>[\u4e00-\u9fff]{{2}})(?:同学)?(?=\s?{GAP})|(?<={GAP})[\s:]?(?P<behind>[\u4e00-\u9fff]{{2}})(?=[\s,;。]|$)"
)


# 耿直的耿: how the name is written.
_SPELLED = pattern(
    rf"(?:[\u4e00-\u9fff]是)?[\u4e00-\u9fff]?(?P<sign>[\u4e00-\u9fff])[\u4e00-\u9fff]?的(?P=sign)(?=[\s,;。、{GAP}那这]|$)"
)
_WORD = r"[\u4e00-\u9fff]{2,3}"
_LIST = pattern(rf"(?<=[:{GAP}])\s?{_WORD}(?:,\s?{_WORD}){{1,20}}(?=\s*(?:[。\n{GAP}]|$))")


def listed(scan: str) -> str:
    """The text with 、 where nothing but names stands between commas, and without how they are written."""
    return _LIST.sub(_with_marks, _SPELLED.sub(lambda match: GAP * len(match[0]), scan))


def _with_marks(match: re.Match[str]) -> str:
    """高大 is a word as well: of two characters only what no language knows."""
    words = match[0].replace(" ", "").split(",")
    named = (persons(word) == (word,) or (len(word) > len("高大") and is_name(word)) for word in words)
    return match[0].replace(",", "、") if all(named) else match[0]


def said_to_be_children(scan: str) -> set[str]:
    """The words that are a child's for the label or the post ahead of them."""
    labelled, of_post = set(), set()
    for match in _TOLD.finditer(scan):
        if match["labelled"]:
            labelled.add(match["labelled"])
        elif is_word_and_name(match["of_post"]):
            of_post.add(match["of_post"])
    return {name for name in labelled if not nominee_words.FORMAL.fullmatch(name)} | of_post


def may_be_child(scan: str) -> str | None:
    """The one word right beside the medal that may be a name as well."""
    words = {match["who"] or match["behind"] for match in _ALONE.finditer(scan)}
    named = [word for word in words if is_word_and_name(word) and word[1] in GIVEN]
    return named[0] if len(named) == 1 else None
