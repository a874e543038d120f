"""The parts of a row: its figures, quotients, quotas, steps, and the words that they are declared in."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

NUMBERS = ("integer", "decimal", "money", "score")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,19}$")]
# A figure, or the part of it that belongs to a choice: pupils, pupils_小学.
Sum = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,19}(_[^\W\da-z_]{1,16})?$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
Label = Annotated[str, Field(min_length=1, max_length=20)]
Word = Annotated[str, Field(min_length=1, max_length=16)]
Words = tuple[Word, ...]
Level = Literal[
    "本单位", "中队", "大队", "学校", "县", "市", "省", "全国", "协作组", "上级", "街道", "教办", "关工委", "区文明办"
]


def misfit(at: str, cure: str) -> PydanticCustomError:
    """What does not go together: the key where it is mended, and how."""
    return PydanticCustomError("misfit", "{cure}", {"at": at, "cure": cure})


def check(*found: tuple[str, bool, str]) -> None:
    """(key, whether it is wrong, the cure) of each; raises for the first that is wrong."""
    for at, wrong, cure in found:
        if wrong:
            raise misfit(at, cure)


class Strict(BaseModel):
    """What is declared as it is or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Figure(Strict):
    """A field of a row, in the words of XLSForm; `agg` in those of DHIS2.

    `agg`: sum adds up over time (a flow), last is the newest of each unit (a stock), by counts each choice, none is
    only kept. `words` stand before its number (认领3个), `units` are the measure words behind it (3场);
    `unlike` are the words behind it that make it none of this field (of a training of adults: 32名队员).
    """

    name: Name
    label: Label
    type: Literal["integer", "decimal", "money", "score", "yesno", "choice", "text", "date", "file"] = "integer"
    hint: str = ""
    words: Words = ()
    units: Words = ()
    unlike: Words = ()
    choices: Words = ()
    required: bool = False
    default: int | None = None
    min: float | None = None
    max: float | None = None
    agg: Literal["sum", "last", "by", "none"] = "none"
    needs: Words = ()
    # Of a choice: the figures that add up are also added up for each of its choices: {heads_小学}.
    split: bool = False
    off: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it holds a number."""
        return self.type in NUMBERS

    @property
    def counted_in(self) -> str:
        """What stands behind its numbers: money is kept in 元, however it was told."""
        return "元" if self.type == "money" else ""

    @model_validator(mode="after")
    def _fits(self) -> "Figure":
        twice = next((each for each in self.choices if self.choices.count(each) > 1), None)
        check(
            ("choices", (self.type == "choice") != bool(self.choices), "选项要写，而且只有类型 choice（选项）才写"),
            ("units", bool(self.units) and self.type not in NUMBERS[:3], "量词只有数字才有，请清空或改类型"),
            ("agg", self.agg == "by" and self.type != "choice", "by（分项）只用于 choice（选项）"),
            ("agg", self.agg == "sum" and not self.is_number, "sum（累加）只用于数字"),
            ("min", self.min is not None and self.max is not None and self.min > self.max, "最小比最大还大，请改小"),
            ("max", self.type == "score" and self.max is None, "score（评分）要写满分"),
            ("split", self.split and self.agg != "by", "分开算只用于 choice（选项）、汇总 by（分项）"),
            ("needs", bool(self.needs) and self.type != "score", "前提只用于 score（评分），请清空"),
            ("choices", twice is not None, f"选项「{twice}」写了两次，请删掉一个"),
        )
        return self


class Indicator(Strict):
    """A quotient of two sums: `digits` behind the point, half up."""

    name: Name
    numerator: Sum
    denominator: Sum
    digits: Annotated[int, Field(ge=0, le=3)] = 1
    percent: bool = False

    def behind(self, over: str, under: str) -> str:
        """（10.4%）, （1:3.0）, half up; nothing of 20余, which is no number to divide."""
        if not (over.isdecimal() and under.isdecimal()) or under == "0":
            return ""
        exact = Decimal(over) / Decimal(under) * (100 if self.percent else 1)
        said = exact.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP)
        return f"（{said}%）" if self.percent else f"（1:{said}）"


class Said(Strict):
    """The words of an activity that is told by check-ins; `plain` ones are its name, `more` say more and are a topic.

    `rank`: 4 programmes, 3 forms (how it is held), 2 kinds of practice, 1 themes that count when no form is said.
    """

    rank: Annotated[int, Field(ge=1, le=4)]
    plain: Words = ()
    more: Words = ()


class Quota(Strict):
    """How many a level may award: not more than `ratio` per cent of those it draws from (rounded down)."""

    level: Word
    ratio: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)?%$")]


class Step(Strict):
    """A line of a workflow table: at `state`, `action` of `by` leads to `to`; nobody approves their own.

    `words` are other words for the action; nobody is waited for to take an `optional` step (异议, 撤销); one with
    `evidence` is taken only when there is a photo or document, a `second` one not by whoever took the step before.
    """

    state: Word
    action: Word
    by: Level
    to: Word
    words: Words = ()
    self_approval: bool = False
    optional: bool = False
    evidence: bool = False
    second: bool = False


def score(fields: Iterable[Figure], figures: Mapping[str, object]) -> Decimal:
    """The points of a rubric; a missing precondition takes its part's points away."""
    lacks = {value for name, value in figures.items() if name.startswith("lacks")}
    points = Decimal(0)
    for each in fields:
        value = figures.get(each.name)
        if each.type == "score" and isinstance(value, Decimal) and lacks.isdisjoint(each.needs):
            points += value
    bonus = figures.get("bonus")
    return points + (bonus if isinstance(bonus, Decimal) else 0)
