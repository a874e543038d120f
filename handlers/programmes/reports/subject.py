"""Of which unit and period a report is, and what is known of that period already."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import Told, read_report
from handlers.kit import Ask, Denied, Refusal, Unit
from handlers.reading.text.normalise import clean
from handlers.wording import places, programmes
from scheduling import spans
from storage.organisation import history, units
from storage.programmes import reports

KINDS = "小学|中学|学校|幼儿园|社区|街道|辅导站|关工委|协作组"
# 明德小学; 全国中小学, 我们社区, 走进学校, 街道召开关工委联席会 are nobody's name.
_NO_NAME = "[我们本各全该这进到在来去向给为和与对跟]|召[开集]|组织|举[办行]|开展|参加|成立|走访|慰问|联合|邀请"
_NEXT = re.compile("下个?(月|季度|学期|周|年)份?")
_HOLIDAY = re.compile("[寒暑](?=假|期)")
_NEXT_OF = {"week": "周", "month": "月", "quarter": "季度", "term": "学期", "year": "年"}
# What else a report without figures says: that it was done, and to whom it goes.
_DONE = re.compile(
    r"(?:[开交报办搞做写评建定发送印选]|制定|完成|举[行办]|召[开集]|组织|开展|进行|参加|提交|上[交报传]|报[送给到]|[印下]发|落实|到位|通过|成立)"
    r"(?:完|好|毕|过|成|齐|出|去)*[了过完毕好齐]|已经?(?:开|交|报|办|做|完|召|举|组|提|上|发|送|落|定|印|成|通过)"
    r"|完成|举[行办]|召[开集]|附件|见附|查收|请审"
)
_AROUND = re.compile(
    r"(?:我们?|咱们?|本)(?:单位|社区|街道|县|市|区|校|站|会|村)?|第?[\d一二三四五六七八九十]+[次期季]度?|[年月周日期份度的是有与和次报告材料稿表件]|[\W_]"
)
PLACE = rf"(?![\u4e00-\u9fff]{{0,7}}(?:{_NO_NAME}))[\u4e00-\u9fff]{{2,8}}?(?:{KINDS})"

# 青禾区少工委/瑞景社区 is written 青禾区瑞景社区.
_BESIDE_NAME = re.compile(r"\([^()]*\)|少工委|/")


def period_in(row: Row, words: str, day: date) -> tuple[str, str]:
    """(the row's period that the words name, empty without one; the rest): 上月月方案, 第一季度联席会, 下月方案."""
    if row.period == "term" and (label := holiday(words, day)):
        return label, words
    if row.due:
        # What is due early in its period comes before that begins: 12月方案, in November.
        following = spans.after(spans.label_of(row.period, day))
        if (match := _NEXT.search(words)) and match[1] == _NEXT_OF.get(row.period):
            return following, f"{words[: match.start()]} {words[match.end() :]}".strip()
        label, rest = spans.named(words, spans.span_of(following)[0])
        if label == following and spans.named(words, day)[0] != spans.label_of(row.period, day):
            return following, rest
    label, rest = spans.named(words, day)
    if not label or spans.kind_of(label) != row.period:
        return "", words
    if spans.span_of(label)[0] > day:
        raise Refusal(f"{spans.said(label, day)}还没有到，没有记录。请等到了那时再报，或改好时间再发一次。")
    return label, rest


def holiday(words: str, today: date) -> str:
    """The term that follows the holidays of which the words tell: 寒假活动 the spring's, 暑期活动 the autumn's."""
    found = _HOLIDAY.search(words)
    if not found:
        return ""
    return f"{today.year}春" if found[0] == "寒" else f"{today.year - (today.month < 6)}秋"


def unit_in(ask: Ask, row: Row, said: str) -> tuple[Unit | None, str]:
    """(the unit that is meant, the text without its name); None when it has to be asked."""
    own = programmes.units_for(ask.me, row)
    for each in sorted(own, key=lambda unit: -len(unit.name)):
        for name in (each.name, *each.aliases):
            if name in said:
                return each, said.replace(name, " ", 1)
    key, rest = programmes.key_in(ask, said)
    if key is not None:
        unit = places.by_key(ask, key)
        if unit is not None and not programmes.may_report(ask.me, row, unit):
            words = f"{unit.name}的{row.name}不由您来报，没有记录。请核对单位，或请那里的老师来报。"
            raise Denied(words, what="上报", subject=f"unit:{unit.id}")
        if unit is not None or len(own) != 1:
            return unit, said if key == "ALL" else rest  # 学校少工委 is a figure of its row, too.
    if row.shape == "report" and (mine := _in_full(ask, said, own)):
        return mine
    if row.shape == "report" and (foreign := _foreign(ask, row, said, own)):
        words = f"{foreign}的{row.name}不由您来报，没有记录。请核对单位，或请那里的老师来报。"
        raise Denied(words, what="上报", subject=row.key)
    # A class that is not theirs was there: its number is no figure, 宣讲 3场 三(2)中队.
    return (own[0] if len(own) == 1 else None), said if key in (None, "ALL") else rest


def _in_full(ask: Ask, said: str, own: Sequence[Unit]) -> tuple[Unit, str] | None:
    """One of their own with what is above it written before it: 青禾区瑞景社区, of 青禾区少工委."""
    for each in own:
        found = re.match(rf"\W*([\u4e00-\u9fff]{{2,20}}?){re.escape(_BESIDE_NAME.sub('', each.name))}", said)
        prefix = _BESIDE_NAME.sub("", found[1]) if found else ""
        if found and prefix and prefix in _BESIDE_NAME.sub("", history.path_names(ask.db, [each])[each.id]):
            return each, said[found.end() :]
    return None


def _foreign(ask: Ask, row: Row, said: str, own: Sequence[Unit]) -> str:
    """Another place whose name the text begins with, 明德小学 宣讲3场; empty without one."""
    found = re.match(rf"\W*({PLACE})(?=$|[\s,，:：的]|{'|'.join(map(re.escape, (row.name, *row.words)))})", said)
    if found and found[1] in (row.name, *row.words):  # 幼儿园关工委 已建立 is said of one's own.
        return ""
    known = "".join(units.full_name(ask.db, each) for each in own) if found else ""
    return found[1] if found and found[1] not in known else ""


def told(ask: Ask, row: Row, unit: Unit, words: str, own_words: str, day: date) -> Told:
    """
    What is told of the row and unit; `own_words` are of a field in words, and name no period.

    What an earlier report of the same period has told is not missing.
    """
    period, rest = period_in(row, words, day)
    found = replace(_figures(row, programmes.together(row, rest + own_words), day))
    if period:
        found.period, found.day = period, found.day or min(spans.span_of(period)[1], day)
    if found.missing and not row.many:
        period = period or spans.label_of(row.period, found.day or day)
        there = reports.of_period(ask.db, row.key, [unit.id], period, 0)
        known = {row.by_name[name].label for one in there for name in one.figures if name in row.by_name}
        found.missing = [each for each in found.missing if each not in known]
    return found


def tells_all(ask: Ask, row: Row, text: str) -> bool:
    """Whether the text tells all that the row asks for, and no number besides."""
    return _figures(row, programmes.together(row, text), ask.today).complete


def says_done(row: Row, words: str, today: date) -> bool:
    """Whether words without a figure say no more than the row's name and its period, or that it was done."""
    rest = programmes.without(row, period_in(row, words, today)[1])
    return bool(_DONE.search(rest)) or not _AROUND.sub("", rest)


def leaves_over(ask: Ask, text: str) -> bool:
    """Whether the row that is named does not take every number: 全校捐款活动 320人参加, 参观 43名队员 讲解员6名."""
    row = programmes.row_in(ask, text)
    _, rest = programmes.key_in(ask, text)
    told = _figures(row, programmes.together(row, rest), ask.today) if row else None
    return told is not None and bool(told.open or told.unclear)


@lru_cache(maxsize=16)
def _figures(row: Row, words: str, day: date) -> Told:
    """What is told there: asked while it is found out what a message is, and again when it is stored."""
    return read_report(clean(words).text, row, day)
