"""That there was nothing of a row: 本月没有开站, 开站：无, 本周未开展家庭读书."""

import re

from handlers.catalogue.model import Row
from handlers.reading.claims.stated import is_stated
from handlers.reading.text.normalise import clean

_DONE = "(?:开展|进行|组织|举行|举办|召开|安排|要报的?|搞|做|办|开)?(?:过|成)?"
_NONE = f"(?:(?:暂时?)?(?:(?<!有)没有?|无)|[暂空]缺|未|零报告|零|0[场次个人条]?$){_DONE}(?:推荐|人选|可报的?)? ?"
_WHEN = "(?:[本这上]?个?(?:周|月|季度|学期|学年|年度?))?"


def nothing(row: Row, text: str) -> bool | None:
    """Whether that is told; None where it is only asked, supposed, heard or guessed, as in 本周大概没有开站."""
    if row.base or any(
        word in text for each in row.fields if each.type == "yesno" for word in (*each.words, each.label)
    ):
        return False
    word = "|".join(map(re.escape, sorted((row.name, *row.words), key=len, reverse=True)))
    plain = clean(text).text
    found = re.search(rf"{_NONE}(?:{word})|(?:{word})(?:学生|队员)?[ :：,，]*{_WHEN}{_NONE}[。!！]?$", plain)
    return found is not None and (is_stated(plain, found.end()) or None)
