"""Yes, no and choices in a report: 党团员是, 没有鼓号队、广播站, 队室和鼓号队都有."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling.amounts import amounts
from handlers.reading.text.normalise import GAP

_WEAK = "(?:还|尚|仍|暂时?|目前|并|也|都|均|全部?|皆)*"
# 无, 没有, 还没建, 尚未成立, 不是, 都没有; 不错 is none.
_FALSE = re.compile(
    rf"[ :]{{0,2}}{_WEAK}(?:否|无|没有?|未|不(?!错)|×|✗|x|[空欠]缺|缺失?(?=$|[\s,，、。;；]))"
    rf"[^\s,，、。;；:：{GAP}]{{0,4}}",
    re.IGNORECASE,
)
_TRUE = re.compile(rf"[ :]{{0,2}}{_WEAK}(?:是|有|已|√|✓|达标|做到|正常|落实)[^\s,，、。;；:：{GAP}]{{0,4}}")
# 未成立学校少工委, 没有按中层配备.
_DENIED = re.compile(rf"(?:没有?|未|无|不是|(?<!不)缺少?)[^\s,，、。;；:：是有已{GAP}]{{0,3}}$")
# 有队室无鼓号队: what is said of the first stands before it, so what follows it is said of the next one.
_BEFORE = re.compile(r"(?:有|无|未[建设]?|缺少?|已[建设有])$")
_LISTED = re.compile(r"[ ]?[、和及与或跟][ ]?")
_ALL = re.compile(r"(?:全部?|都|均|三个?都)(?:是|有|已|达标|做到|(?P<no>没|未|不|否))")
_IN_ALL = re.compile("共(?!青)|合计|总计")
_LEFT_OVER = re.compile(rf"[^\s,，、。;；:：{GAP}\d]{{2,10}}(?:没有|否|无)(?=$|[\s,，、。;；])")


@dataclass(slots=True)
class _Said:
    """Where the word of a field stands, and what is said of it: before it, behind it, nothing yet."""

    start: int
    end: int
    field: Figure
    denied: bool = False
    value: bool | None = None


def words_of(each: Figure, row: Row | None = None) -> list[str]:
    """The words that may stand before the field's value, the longest first; the row's own where it has no other."""
    alone = (row.name, *row.words) if row and len(row.asked) == 1 and each.type == "yesno" else ()
    return sorted({*each.words, each.label, *alone}, key=len, reverse=True)


def gap(text: str, start: int, end: int) -> str:
    """The text with this part of it taken out, of the same length."""
    return text[:start] + GAP * (end - start) + text[end:]


def found(text: str, row: Row) -> tuple[dict[str, bool], list[str], str]:
    """(values of the fields of type yesno by name, what is denied and is no field, the text without these words)."""
    fields = [each for each in row.asked if each.type == "yesno"]
    if not fields:
        return {}, [], text
    said: list[_Said] = []
    left = text
    for each in fields:
        for word in words_of(each, row):
            if (at := left.find(word)) >= 0:
                said.append(_Said(at, at + len(word), each))
                left = gap(left, at, at + len(word))
                break
    said.sort(key=lambda one: one.start)
    left = _judge(left, said)
    values = {one.field.name: one.value is not False for one in said}
    if whole := _ALL.search(text):
        values = {each.name: not whole["no"] for each in fields} | values
    return values, [f"「{each}」" for each in _LEFT_OVER.findall(left)], left


def _judge(text: str, said: list[_Said]) -> str:
    """Say of each what stands behind it, before it, or at the other end of its list; these words go."""
    starts = {one.start for one in said}
    for one in said:
        before = text[max(0, one.start - 7) : one.start]
        one.denied = bool(_DENIED.search(before))
        behind = _FALSE.match(text, one.end) or _TRUE.match(text, one.end)
        # 同部署 未同考核: nearer to the next one, of which it is said.
        of_next = behind and behind.end() in starts and (behind[0][0] in " :" or _BEFORE.search(before))
        if behind and not of_next:
            one.value = behind.re is _TRUE
            text = gap(text, *behind.span())
    pairs = list(zip(said, said[1:], strict=False))
    for one, following in reversed(pairs):
        # 队室、鼓号队都没有
        if one.value is None and not one.denied and _LISTED.fullmatch(text, one.end, following.start):
            one.value = following.value
    for one in said:
        one.value = False if one.value is None and one.denied else one.value
    for one, following in pairs:
        # 没有鼓号队、广播站
        if one.denied and following.value is None and _LISTED.fullmatch(text, one.end, following.start):
            following.denied, following.value = True, False
    return text


def chosen(text: str, row: Row) -> tuple[dict[str, str], list[str]]:
    """(the choices that are said by field, the labels of fields of which several are)."""
    apart = text
    for amount in amounts(text, (unit for each in row.asked for unit in each.units)):
        apart = gap(apart, amount.start, amount.end)
    told: dict[str, str] = {}
    unclear: list[str] = []
    for each in (one for one in row.asked if one.type == "choice"):
        found = [choice for choice in each.choices if choice in text]
        # 校外教育辅导 and 校外教育辅导站: the longer word is the one that was said.
        found = [one for one in found if not any(one != other and one in other for other in found)]
        # 给8所学校拨款16万元，用于主题队日: what is counted in is no choice beside one that is said.
        found = [one for one in found if one in apart] if len(found) > 1 else found
        if len(found) == 1:
            told[each.name] = found[0]
        elif found:
            unclear.append(each.label)
    return told, unclear


def split_by_choice(said: str, row: Row) -> list[str]:
    """小学24个班860人 中学12个班500人, 2篇省级 3篇市级: a part for each choice with numbers of its own."""
    units = [unit for each in row.asked for unit in each.units]
    for field in (each for each in row.asked if each.agg == "by" and row.many):
        marks = list(_one_of(field.choices).finditer(said))
        if len({mark[0] for mark in marks}) < 2:
            continue
        head, begins = said[: marks[0].start()], [mark.start() for mark in marks]
        own = [each for each in amounts(said, units) if each.measure in units]
        parts = [said[begin:end] for begin, end in pairwise([*begins, len(said)])]
        # 2篇省级: each stands right behind its number.
        if {mark.start() for mark in marks} <= {end for each in own for end in (each.end, each.end + 1)}:
            begin, ends = own[0].start, [mark.end() for mark in marks]
            head, parts = said[:begin], [said[begin:end] for begin, end in pairwise([begin, *ends])]
            parts[-1] += said[ends[-1] :]
        elif own and own[0].start < begins[0]:
            # 5篇（省级2 市级3）
            continue
        counts = {len(list(amounts(part, units))) for part in parts}
        if 0 not in counts and (len(counts) == 1 or field.split and not _IN_ALL.search(parts[-1])):
            return [f"{head} {part.strip(' ,，、;；')}" for part in parts]
    return [said]


@cache
def _one_of(choices: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(choices, key=len, reverse=True))))
