"""Which units a message about a case means: the asker's own, or those below where cases are opened from above."""

import re

from handlers.asker import context
from handlers.catalogue.model import Row
from handlers.catalogue.telling import honours
from handlers.kit import Ask, Denied, Refusal, Unit
from handlers.programmes.cases import case_reading
from handlers.programmes.reports import subject
from handlers.reading.text.normalise import clean
from handlers.wording import places, programmes
from storage.organisation import units
from storage.people import people

MOST = 20
# The next word of a list of units.
_LISTED = re.compile(r"\s*、.*(?:小学|中学|学校|幼儿园|社区|少工委|关工委)$")
# 实验小学 工作好: whose it is, where no unit of the asker's is named.
# What answers nothing that is asked of a case.
_ANOTHER = frozenset({"checkin", "nomination", "nomination_query", "nomination_replace", "query"})
_OF = re.compile(rf"\W*({subject.PLACE})(?=$|[\s,，:：的为])")
_NEXT = re.compile(r"[\s、,，;；和及与]+([^\s、,，;；]{2,20})")


def units_in(ask: Ask, row: Row, words: str) -> tuple[list[Unit], str]:
    """(the units that it is about, the text without them and the row's word); raises Missing, Denied or Refusal."""
    first, rest = _unit_in(ask, row, words)
    found = {first.id: first}
    top = [each.unit for each in ask.me.grants if each.role in row.who]
    # 实验小学、育红小学 …: the list goes on as long as its next word names one.
    while top and (word := _NEXT.match(rest)):
        more = _named(ask, row, top, word[1])
        if more is None and _LISTED.match(word[0]):
            raise Refusal(f"您负责的范围里没有「{word[1]}」，没有立。请核对单位的名字。")
        if more is None:
            break
        one, said = more
        found[one.id] = one
        rest = rest[word.start(1) + len(said) :]
    if len(found) > MOST:
        raise Refusal(f"一次最多立 {MOST} 件，没有立。请分几次发。")
    return list(found.values()), rest


def _unit_in(ask: Ask, row: Row, words: str) -> tuple[Unit, str]:
    said = clean(words).text
    word = max((each for each in (row.name, *row.words) if said.startswith(each)), key=len, default="")
    # 先进社区 names the row and the kind.
    rest = said if word in row.kinds else said[len(word) :].lstrip(" :：,，")
    rest = honours.CHOOSING.sub("", rest, count=1) if honours.CHOOSING.match(rest) else rest
    own = programmes.units_for(ask.me, row)
    for each in sorted(own, key=lambda unit: -len(unit.name)):
        for name in (each.name, _plain(each), *each.aliases):
            if name in rest:
                return each, rest.replace(name, " ", 1)
    if found := _below(ask, row, rest):
        return found
    key, without = programmes.key_in(ask, rest)
    unit = places.by_key(ask, key) if key else None
    if unit is not None and programmes.may_report(ask.me, row, unit):
        return unit, without
    if unit is None and len(own) == 1 and not row.who:
        _not_anothers(row, rest)
        return own[0], rest
    school = [each for each in own if unit and unit.kind not in row.at and each.covers(unit)]
    if len(school) == 1 and case_reading.is_personal(row, case_reading.kind_in(row, rest)):
        # 三(1)中队赵雪梅老师: the squad's counselor is put forward by the school.
        return school[0], rest
    choices = [] if row.who else [each.name for each in own][:6]
    # 先进集体 三(2)中队: the school puts it forward.
    other = f"{row.name}由{'、'.join(row.at)}来报，不按{unit.kind}报。" if unit and unit.kind not in row.at else ""
    raise case_reading.Missing(f"{other}{row.name}是哪个单位的？" + ("" if choices else "请写单位的名字。"), choices)


def is_somebody(ask: Ask, at: list[Unit], name: str) -> bool:
    """Whether somebody at the units or right above is called so, as who registered as 李老师."""
    above = [f"{each.path.rstrip('/').rpartition('/')[0]}/" for each in at]
    return bool(people.called(ask.db, name, above, ask.now))


def _not_anothers(row: Row, rest: str) -> None:
    """Raises Denied where a unit that is not one's own is put forward: 先进集体 实验小学 is not the county's."""
    kind = max((each for each in row.collective if each in rest), key=len, default="")
    found = _OF.match(rest.replace(kind, " ", 1)) if kind else None
    if found:
        words = f"{found[1]}的{row.name}由那里来报，没有立。请核对单位，或请那里的老师来报。"
        raise Denied(words, what="立", subject=row.key)


def _below(ask: Ask, row: Row, rest: str) -> tuple[Unit, str] | None:
    """The one unit of the row's kinds below the asker that a word of the text names."""
    top = [each.unit for each in ask.me.grants if each.role in row.who]
    for word in rest.split() if top else ():
        if found := _named(ask, row, top, word):
            return found[0], rest.replace(found[1], " ", 1)
    return None


def _named(ask: Ask, row: Row, top: list[Unit], word: str) -> tuple[Unit, str] | None:
    """(the one unit of the row's kinds below `top` that a word names or begins with, its part of the word)."""
    found = [each for each in places.named(ask, top, word) if each.kind in row.at]
    found = [each for each in found if _plain(each).startswith(word) or word in (each.name, *each.aliases)]
    if not found and (begun := units.beginning(ask.db, word, [each.path for each in top])):
        found = [each for each in begun if each.kind in row.at and word.startswith(_plain(each))]
        word = _plain(found[0]) if found else word
    if len(found) > 1:
        raise case_reading.Missing(
            f"有几个「{word}」，是哪一个？", [units.full_name(ask.db, each) for each in found[:6]]
        )
    if not found:
        return None
    if not programmes.may_report(ask.me, row, found[0]):
        raise Denied(f"{found[0].name}的{row.name}不由您来立。", what="立", subject=f"unit:{found[0].id}")
    return found[0], word


def _plain(unit: Unit) -> str:
    return unit.name.partition("(")[0] or unit.name


def is_another(ask: Ask) -> bool:
    """Whether it is said of a check-in or a medal: no answer to what is asked of a case."""
    heard = context.reading_of(ask, ask.args)
    return heard.status in ("ok", "confirm", "partial") and heard.intent in _ANOTHER
