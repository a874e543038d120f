"""What a message tells of a row: the word before a number or the measure behind it decides the field (design §3)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling import amounts as counted
from handlers.catalogue.telling import rubrics, verdicts
from handlers.reading.model import Hedge
from handlers.reading.text.dates import find_dates
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import CHINESE, value_of

Value = Decimal | str | bool
# Also where the row's name stood between: 征集微心愿12个.
_BETWEEN = re.compile(rf"[ :={GAP}]*(?:人数|人次|数|[为是有共计达了]|改[成为]|应[为是])?[ :={GAP}]*")
_PERCENT = re.compile(rf"百分之(\d{{1,3}}|[{CHINESE}]{{1,5}})")
# 四届二次全委会, 第3次: which one it was, not how many.
_PLACE = rf"[\d{CHINESE}]{{1,4}}"
_ORDINAL = re.compile(rf"第{_PLACE}[次届期批轮场个课讲节堂]|{_PLACE}届(?:{_PLACE}次)?")
# 2场 每场30人 are 60 heads.
_EACH = re.compile(
    rf"(?P<times>[\d{CHINESE}]{{1,3}})(?P<all> ?个?(?P<of>[场次班校])[^\d每]{{0,4}})"
    rf"每个?(?P=of)次?(?P<heads> ?[\d{CHINESE}]{{1,5}})"
)
# 又开站一次: a report is one already.
_ONCE = frozenset({"次", "场", "场次"})
_VALUE_NEXT = re.compile(r"[ :]?[约近]?\d|:")
_VALUE_GLUED = re.compile(r"[:共约近]?\d")
_OTHERS = re.compile(r"(?:员|者|教师|老师|家长|五老)[有共]?\s?$")
_LOST = re.compile(r"[ :]?(?:扣了?|减|-)[ ]?$")
# 青委〔2026〕8号, 20号文: no day of a month, no figure.
_DOCUMENT = re.compile(
    r"(?:(?:[\u4e00-\u9fff]*(?:印发|下发|出台|文号))?(?P<by>[\u4e00-\u9fff]{1,8}))?[(\[【〔（]\d{4}[)\]】〕）]第?\d{1,4}号?|第?\d{1,4}号(?:文件?|令)"
)
_BESIDE_FIGURES = re.compile(r"(?:一?共计?|总共|合计|大[概约]|有|是|来了|到了|了|的|和|人数?|今天|[\W_])+")
_TEXT_ENDS = re.compile(r"[\n;。]")
_WORD_ENDS = re.compile(r"[\s;。,，]")
LONGEST_TEXT = 200
# The sections of rows that are nothing without a figure or an answer.
_FIGURES = ("计数", "覆盖")


@dataclass(slots=True)
class Told:
    """`values` by field, `hedges` of those that are not exact; `open` are numbers that no field takes.

    `missing` are the labels of required fields that were not told, `unclear` those of choices told twice; `lacks` the
    preconditions of a rubric that are said to be missing, `has` those that are there, `bonus` its extra points; `full`
    says that it was told as a whole.
    """

    values: dict[str, Value] = field(default_factory=dict)
    hedges: dict[str, Hedge] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    has: list[str] = field(default_factory=list)
    full: bool = False
    bonus: Decimal | None = None
    # The fields that nobody told: with their default, or whole because others were said to have lost points.
    filled: set[str] = field(default_factory=set)
    day: date | None = None
    undated: bool = False  # named is a day that is none (4月31日), or nobody knows which (前几天)
    # Where a longer time was named than a day: the period of the row.
    period: str = ""

    @property
    def complete(self) -> bool:
        """Whether one assignment explains everything that was said and everything needed was said."""
        return not (self.open or self.missing or self.unclear)


def read_report(text: str, row: Row, received: date) -> Told:
    """Read `text`, which is in plain form and has its unit taken out, as a report of `row`.

    Dates are taken out first, so 4月3日 is never a figure; a field of type date takes its own.
    """
    told = Told()
    text = _PERCENT.sub(lambda match: f"{value_of(match[1])}%", text)
    text = _without_name(text, row)
    text = _texts(text, row, told)
    text = _document(text, row, told)
    text = _dates(text, row, told, received)
    text = _ORDINAL.sub(lambda match: GAP * len(match[0]), text)
    text = _EACH.sub(_together, text)
    rubric, text = rubrics.found(text, row)
    told.lacks, told.has, told.full = rubric.lacks, rubric.has, rubric.full
    told.bonus, told.filled = rubric.bonus, rubric.filled
    said, more, text = verdicts.found(text, row)
    told.values |= {**rubric.values, **said}
    told.unclear += more
    _numbers(text, row, told)
    chosen, more = verdicts.chosen(text, row)
    told.values |= chosen
    told.unclear += more
    for each in row.asked:
        if each.name in told.values:
            continue
        if each.default is not None:
            told.values[each.name] = Decimal(each.default)
            told.filled.add(each.name)
        elif each.required or each.type == "score" or (each.is_number and counted.vague(text, each.units)):
            told.missing.append(each.label)
    # 自评92分: the sum of what was told beside it.
    whole = sum((value for value in told.values.values() if isinstance(value, Decimal)), told.bonus or Decimal(0))
    told.open = [each for each in told.open if not row.base or each != f"{whole:f}"]
    if row.asked and not told.values and row.section in _FIGURES:
        # 明年拨了再说 tells nothing; of 开站 it is enough that it was.
        told.missing.append(row.asked[0].label)
    return told


def _together(match: re.Match[str]) -> str:
    times, heads = value_of(match["times"]), value_of(match["heads"].strip())
    return f"{match['times']}{match['all']}{times * heads}" if times and heads else match[0]


def without_texts(said: str, row: Row) -> tuple[str, str]:
    """(what stands before the first field of the row that is told in words, that field and what follows)."""
    words = [word for each in row.asked if each.type == "text" for word in verdicts.words_of(each)]
    labelled = re.search(rf"(?:{'|'.join(map(re.escape, words))})\s?[:：]", said) if words else None
    # The year of 青委〔2026〕8号 is no period either.
    begins = min((each.start() for each in (labelled, _DOCUMENT.search(said)) if each), default=len(said))
    return said[:begins], said[begins:]


def only_figures(text: str, row: Row, received: date) -> bool:
    """Whether a text in plain form is nothing but figures of the row and a day: 60, 共60人, 听众65 场次3."""
    fields = [each for each in row.asked if each.is_number]
    _, left = find_dates(text, received)
    found = list(counted.amounts(left, (unit for each in fields for unit in each.units)))
    for amount in found:
        left = verdicts.gap(left, amount.start, amount.end)
    words = sorted(
        {*row.words, row.name, *(word for each in fields for word in verdicts.words_of(each))}, key=len, reverse=True
    )
    left = re.sub("|".join(map(re.escape, words)), GAP, left)
    return bool(found) and not re.sub(_BESIDE_FIGURES, "", left.replace(GAP, ""))


def _without_name(text: str, row: Row) -> str:
    """The first of the row's own words goes: 微心愿 is no wish, 首批入队 no field of it."""
    # 派出任职 刘志 老校长下乡: the first, so that what follows may say which kind.
    own = sorted({*row.words, row.name}, key=lambda word: (text.find(word), -len(word)))
    choices = {choice for each in row.asked for choice in each.choices}
    labels = choices | {word for each in row.asked for word in verdicts.words_of(each, row)}
    told = tuple(word for each in row.asked if each.type == "yesno" for word in verdicts.words_of(each))
    for word in own:
        at = text.find(word)
        if at >= 0 and told and word.startswith(told):
            # 活动室有 names the row, and says yes.
            return text
        # 获市级 tells the level, 站籍86 names the row by its own field: that stays; so does 入队 of 首批入队13人.
        if at >= 0 and word not in labels:
            tail = max((each for each in labels if word.endswith(each)), key=len, default="")
            stays = (
                len(tail) if (tail in choices and word != row.name) or _VALUE_NEXT.match(text, at + len(word)) else 0
            )
            return verdicts.gap(text, at, at + len(word) - stays)
    return text


def _texts(text: str, row: Row, told: Told) -> str:
    """班子建设:… up to the next label, line or full stop."""
    fields = [each for each in row.asked if each.type == "text"]
    marks = sorted((match.start(), match.end(), each) for each in fields for match in _labels(text, each))
    for place, (_, begin, each) in enumerate(marks):
        limit = marks[place + 1][0] if place + 1 < len(marks) else len(text)
        end = _text_end(row, text, begin, limit)
        said = text[begin:end].strip(" ,、" + GAP)[:LONGEST_TEXT]
        if said:
            told.values[each.name] = said
    for start, begin, _ in marks:
        following = [other for other, _, _ in marks if other > start]
        text = verdicts.gap(text, start, _text_end(row, text, begin, min([len(text), *following])))
    return text


def _text_end(row: Row, text: str, begin: int, limit: int) -> int:
    """Where what is told in words ends; of a roster it is a name or number: 去向:承德 送教3天."""
    begin += len(text[begin:limit]) - len(text[begin:limit].lstrip())
    ends = (_WORD_ENDS if row.shape == "roster" else _TEXT_ENDS).search(text, begin, limit)
    return ends.start() if ends else limit


def _labels(text: str, each: Figure) -> Iterable[re.Match[str]]:
    return re.finditer(rf"(?:{'|'.join(map(re.escape, verdicts.words_of(each)))})(?:[ ]?:|[ ]?(?=[A-Za-z\d]))", text)


def _document(text: str, row: Row, told: Told) -> str:
    """The number of a document is kept where the row has a place for it."""
    found = _DOCUMENT.search(text)
    place = next((each.name for each in row.asked if each.type == "text" and each.label.endswith("文号")), "")
    if found and found["by"] and place:
        told.values.setdefault(place, text[found.start("by") : found.end()])
    return _DOCUMENT.sub(lambda match: GAP * len(match[0]), text)


def _dates(text: str, row: Row, told: Told, received: date) -> str:
    found, rest = find_dates(text, received)
    days = [each for each in found if each.day]
    told.undated = bool(found) and not days
    for each in (one for one in row.asked if one.type == "date"):
        at = max((text.rfind(word) + len(word) for word in verdicts.words_of(each) if word in text), default=-1)
        if (own := next((when for when in days if at >= 0 and 0 <= when.start - at <= 2), None)) and own.day:
            told.values[each.name] = own.day.isoformat()
            days.remove(own)
    told.day = days[0].day if days else None
    return rest


def _numbers(text: str, row: Row, told: Told) -> None:
    fields = [each for each in row.asked if each.is_number]
    used: set[int] = set()
    bare: list[counted.Amount] = []
    before = 0
    for amount in counted.amounts(text, (unit for each in fields for unit in each.units)):
        # 1500余场次 20余万人次: 场次 is the measure of the one number, not the label of the other.
        if any(each.unlike and text.startswith(each.unlike, amount.end) for each in fields):
            told.open.append(amount.text)
            continue
        chosen = _by_word(text, amount, fields, used, before) or _by_measure(amount, fields, told.values)
        before = amount.end
        # 接待180人，讲解员5名: others than those who were counted.
        besides = chosen and chosen.name in told.values and _OTHERS.search(text, 0, amount.start)
        if chosen is None or besides:
            bare.append(amount)
            continue
        lost = chosen.type == "score" and _LOST.search(text, 0, amount.start)
        value = Decimal(int(chosen.max or 0)) - amount.value if lost else amount.value
        if chosen.name in told.values and chosen.type != "score" and told.values[chosen.name] != value:
            told.unclear.append(chosen.label)
        told.values[chosen.name] = value
        told.filled.discard(chosen.name)
        if amount.hedge != "eq":
            told.hedges[chosen.name] = amount.hedge
    _left_over(bare, fields, told)


def _by_word(text: str, amount: counted.Amount, fields: Sequence[Figure], used: set[int], since: int) -> Figure | None:
    """The field whose word stands right before the number, or else right behind its measure: 18名孩子."""
    found: tuple[int, Figure, int] | None = None
    for each in fields:
        for word in verdicts.words_of(each):
            at = text.rfind(word, max(since, amount.start - len(word) - 12), amount.start)
            if at < 0 or at in used:
                continue
            between = text[at + len(word) : amount.start]
            near = _BETWEEN.fullmatch(between) or (each.type == "score" and _LOST.fullmatch(between))
            if near and (found is None or len(word) > found[0]):
                found = (len(word), each, at)
    if found is not None:
        used.add(found[2])
        return found[1]
    # 给20支鼓号队拨了 counts what others are counted in.
    telling = [] if amount.measure in counted.COMMON else [each for each in fields if amount.measure in each.units]
    for each in telling or fields:
        for word in verdicts.words_of(each):
            # 总人数27 孩子18: nearer to the number behind it.
            of_next = text[amount.end - 1].isspace() and _VALUE_GLUED.match(text, amount.end + len(word))
            if text.startswith(word, amount.end) and not of_next and not amount.text.endswith("人"):
                used.add(amount.end)
                return each
    return None


def _by_measure(amount: counted.Amount, fields: Sequence[Figure], taken: Mapping[str, Value]) -> Figure | None:
    """The one field that counts in this measure; of several the one that is not told yet, or that is needed."""
    if not amount.measure:
        return None
    matching = [each for each in fields if amount.measure in each.units]
    free = [each for each in matching if each.name not in taken]
    needed = [each for each in free if each.required]
    if len(matching) == 1 or len(needed) == 1:
        return (needed or matching)[0]
    return free[0] if len(free) == 1 and len(matching) < 3 else None


def _left_over(bare: Sequence[counted.Amount], fields: Sequence[Figure], told: Told) -> None:
    """A single number goes to the single field that is wanted, or that its measure leaves; others are asked about."""
    wanted = [each for each in fields if each.required or len(fields) == 1]
    measured = {unit for each in fields for unit in each.units}
    # 刊发1篇 of a row that counts reports is one, too.
    once = _ONCE | {"篇", "项", "件", "个"} if not fields else _ONCE
    bare = [each for each in bare if each.value != 1 or each.measure not in once - measured]
    one = bare[0] if len(bare) == 1 else None
    # 收到15个，认领12个，实现10个: what the others left over.
    may = [each for each in fields if one and one.measure in each.units] if one and one.measure else wanted
    left = [each for each in may if each.name not in told.values]
    if one and len(left) == 1 and not one.things:
        told.values[left[0].name] = one.value
        told.hedges |= {left[0].name: one.hedge} if one.hedge != "eq" else {}
        return
    told.open += [each.text for each in bare]
