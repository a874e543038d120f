"""The rows: what is reported, decided or held is declared here as data, never as code (design §4)."""

import string
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from handlers.catalogue import rules
from handlers.catalogue.rules import TOTAL, Rule
from storage.organisation.units import Kind
from storage.people.people import Role

NUMBERS = ("integer", "decimal", "money", "score")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,19}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
Label = Annotated[str, Field(min_length=1, max_length=20)]
Word = Annotated[str, Field(min_length=1, max_length=16)]
Words = tuple[Word, ...]
Level = Literal[
    "本单位", "中队", "大队", "学校", "县", "市", "省", "全国", "协作组", "上级", "街道", "教办", "关工委", "区文明办"
]
# What a line may say besides its fields and indicators, by the shape of the row.
COMMON = frozenset({"units", "targets", "gap", "period", "rate"})
SHOWN: Mapping[str, frozenset[str]] = {
    "checkin": COMMON | {"count", "attended"},
    "report": COMMON | {"count", "overdue", "returned", "accepted", "zero", "ok", "low", "average", "complete", "all"},
    "case": COMMON | {"count", "submitted", "awarded", "presented", "promoted", "open", "done", "overdue", "soon",
                      "places", "over", "floor", "by_kind", "by_state", "by_subject", "opened", "closed"},
    "roster": COMMON | {"holding", "soon", "full", "vacant", "slots", "by_kind", "added"},
}  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Figure(_Strict):
    """A field of a row, in the words of XLSForm; `agg` in those of DHIS2.

    `agg`: sum adds up over time (a flow), last is the newest of each unit (a stock), by counts each choice, none is
    only kept. `words` stand before its number (认领3个), `units` are the measure words behind it (3场).
    """

    name: Name
    label: Label
    type: Literal["integer", "decimal", "money", "score", "yesno", "choice", "text", "date", "file"] = "integer"
    hint: str = ""
    words: Words = ()
    units: Words = ()
    choices: Words = ()
    required: bool = False
    default: int | None = None
    min: float | None = None
    max: float | None = None
    agg: Literal["sum", "last", "by", "none"] = "none"
    needs: Words = ()
    off: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it holds a number."""
        return self.type in NUMBERS

    @model_validator(mode="after")
    def _fits(self) -> "Figure":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("选项 choices 要写，而且只有类型 choice 才写")
        if self.units and self.type not in ("integer", "decimal", "money"):
            raise ValueError("量词 units 只有数字才有")
        if self.agg == "by" and self.type != "choice":
            raise ValueError("agg = by 只用于 choice")
        if self.agg == "sum" and not self.is_number:
            raise ValueError("agg = sum 只用于数字")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min 比 max 大")
        if self.type == "score" and self.max is None:
            raise ValueError("评分 score 要写满分 max")
        if self.needs and self.type != "score":
            raise ValueError("前提 needs 只用于 score")
        return self


class Indicator(_Strict):
    """A quotient of two sums: `digits` behind the point, half up."""

    name: Name
    numerator: Name
    denominator: Name
    digits: Annotated[int, Field(ge=0, le=3)] = 1
    percent: bool = False


class Quota(_Strict):
    """How many a level may award: not more than `ratio` per cent of those it draws from (rounded down)."""

    level: Word
    ratio: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)?%$")]


class Step(_Strict):
    """A line of a workflow table: at `state`, `action` of `by` leads to `to`; nobody approves their own.

    `words` are other words for the action; nobody is waited for to take an `optional` step (异议, 撤销); one with
    `evidence` is taken only when there is a photo or document.
    """

    state: Word
    action: Word
    by: Level
    to: Word
    words: Words = ()
    self_approval: bool = False
    optional: bool = False
    evidence: bool = False


class Row(_Strict):
    """One thing that is told by check-ins (checkin), reported (report), decided (case) or held (roster)."""

    key: Key
    ids: tuple[Annotated[str, Field(pattern=r"^S[0-4]-(\d\d|F\d)$")], ...] = ()
    name: Label
    words: Words = ()
    shape: Literal["checkin", "report", "case", "roster"]
    section: Literal["活动", "计数", "任务", "覆盖", "名册", "奖章"]
    period: Literal["day", "week", "month", "quarter", "term", "school_year", "year", "two_years", "once", "round"] = (
        "once"
    )
    many: bool = False
    at: Annotated[tuple[Kind, ...], Field(min_length=1)]
    who: tuple[Role, ...] = ()
    fields: tuple[Figure, ...] = ()
    rules: tuple[str, ...] = ()
    soft_rules: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    line: Annotated[str, Field(min_length=1, max_length=120)]
    example: str = ""
    # Tasks: the day by which a period's report is due, how many days later it still is in time, or taken at all.
    due: Annotated[str, Field(pattern=r"^(\d\d|last|\d\d-\d\d|term_end|)$")] = ""
    timely: Annotated[int, Field(ge=0, le=365)] = 0
    closes: Annotated[int, Field(ge=0, le=3650)] = 0
    review: tuple[Level, ...] = ()
    evidence: Literal["", "any", "file", "photo"] = ""
    # Rubrics: points by deduction from `base`.
    base: Annotated[int, Field(ge=0, le=1000)] = 0
    bonus: Annotated[int, Field(ge=0, le=100)] = 0
    passing: Annotated[int, Field(ge=0, le=1000)] = 0
    graders: Annotated[int, Field(ge=0, le=3)] = 0
    # Cases.
    subject: tuple[Literal["child", "adult", "unit", "matter"], ...] = ()
    kinds: Words = ()
    # Of the kinds those that put a unit forward, not a person.
    collective: Words = ()
    caps: Mapping[Word, Annotated[int, Field(ge=1, le=10000)]] = {}
    cap_each: Annotated[int, Field(ge=0, le=10000)] = 0
    floor: Annotated[int, Field(ge=0, le=100000)] = 0
    quotas: tuple[Quota, ...] = ()
    chain: tuple[Step, ...] = ()
    notice: Annotated[int, Field(ge=0, le=60)] = 0
    # Rosters.
    term: Annotated[int, Field(ge=0, le=120, description="months")] = 0
    slots: Mapping[Word, Annotated[int, Field(ge=1, le=20)]] = {}
    remind: tuple[Annotated[int, Field(ge=0, le=400)], ...] = ()
    source: str = ""
    off: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Figure]:
        """Its fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def waiting(self) -> frozenset[str]:
        """The states of its cases in which somebody is waited for."""
        return frozenset(each.state for each in self.chain if not each.optional)

    @cached_property
    def checks(self) -> tuple[Rule, ...]:
        """The rules between its figures, the soft ones last."""
        hard = [rules.parse(each) for each in self.rules]
        return (*hard, *(rules.parse(each, soft=True) for each in self.soft_rules))

    @property
    def placeholders(self) -> Iterator[str]:
        """What its line says in braces."""
        return (name for _, name, _, _ in string.Formatter().parse(self.line) if name is not None)

    @model_validator(mode="after")
    def _fits(self) -> "Row":
        names = [*(each.name for each in self.fields), *(each.name for each in self.indicators)]
        _unique("字段", names)
        for check in self.checks:
            _known(f"规则「{check.text}」", (name.removeprefix(TOTAL) for name in check.names), self._numbers)
        for each in self.indicators:
            _known(f"指标 {each.name}", (each.numerator, each.denominator), self._numbers | SHOWN[self.shape])
        _known("line", self.placeholders, {*names, *(f"{name}%" for name in names), *SHOWN[self.shape]})
        self._shape_fits()
        return self

    @property
    def _numbers(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields if each.is_number)

    @property
    def _first(self) -> frozenset[str]:
        return frozenset(each.state for each in self.chain[:1])

    def _shape_fits(self) -> None:
        if self.shape == "case" and not (self.chain and self.subject):
            raise ValueError("case 要写 chain 和 subject")
        if self.shape != "case" and (self.chain or self.quotas or self.kinds or self.caps):
            raise ValueError("chain、quotas、kinds、caps 只用于 case")
        if self.shape != "roster" and (self.slots or self.term):
            raise ValueError("slots、term 只用于 roster")
        _known("caps", self.caps, self.kinds)
        _known("collective", self.collective, self.kinds)
        _known("chain", (each.state for each in self.chain[1:]), {each.to for each in self.chain} | self._first)
        scores = [each for each in self.fields if each.type == "score"]
        if sum(int(each.max or 0) for each in scores) != self.base:
            raise ValueError(f"base 应等于各项满分之和（现在是 {self.base}）")


def _known(at: str, said: Any, names: Any) -> None:
    for name in said:
        if name not in names:
            raise ValueError(f"{at} 里的 {name} 不是这一行的名字，可用：{'、'.join(sorted(names))}")


def _unique(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{what} {twice} 写了两次")
