"""Points by deduction: what is whole, what lacks its precondition, what is added."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from handlers.catalogue.model import Row
from handlers.catalogue.telling import verdicts

_FULL = re.compile(
    r"全满|(?:全部)?满分|(?:其余|其[他它]|别的)(?:各?项)?(?:[都均全]|全部)?(?:[是为]?满|[很较]?好|达标|[没不]扣)分?"
)
_TAKEN_OFF = re.compile(r"扣了?[ ]?\d|不扣分")
# 制度没有扣分 lacks nothing.
_STANDS = "(?!扣|问题|丢|失)"


@dataclass(slots=True)
class Points:
    """Values of fields that are whole; `filled` are those of them that nobody told, `has` what is said to be there.

    `full`: all of it was told, so that nothing of an earlier report stands.
    """

    values: dict[str, Decimal] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    lacks: list[str] = field(default_factory=list)
    has: list[str] = field(default_factory=list)
    full: bool = False
    bonus: Decimal | None = None


def found(text: str, row: Row) -> tuple[Points, str]:
    """(what a text says of points by deduction, the rest): 全满, then what differs; 缺有阵地 is not there."""
    told = Points()
    scores = [each for each in row.asked if each.type == "score"]
    if not scores:
        return told, text
    full = _FULL.search(text)
    if full:
        told.full = True
        text = verdicts.gap(text, *full.span())
    for need in (need for each in scores for need in each.needs):
        thing = need.removeprefix("有")
        lacking = rf"(?:缺少?|没有?|无)[ ]?有?{thing}{_STANDS}|有?{thing}[ ]?(?:否|无|缺|没有?+){_STANDS}"
        if found := re.search(lacking, text):
            told.lacks.append(need)
            text = verdicts.gap(text, *found.span())
        elif found := re.search(rf"有?{thing}[ ]?(?:已经?|也|都)*(?:是|有|齐|补|落实|到位|具备)[了好齐上]*", text):
            told.has.append(need)
            text = verdicts.gap(text, *found.span())
    if full or told.lacks or _TAKEN_OFF.search(text):
        # Who says what is taken off says that the rest is whole.
        told.values |= {each.name: Decimal(int(each.max or 0)) for each in scores}
        told.filled |= set() if full else {each.name for each in scores}
    if row.bonus and (bonus := re.search(r"加分?[ :]?(\d{1,3}(?:\.\d)?)分?", text)):
        told.bonus = Decimal(bonus[1])
        text = verdicts.gap(text, *bonus.span())
    return told, text
