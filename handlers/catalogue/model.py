"""The rows: what is reported, decided or held is declared here as data, never as code (design §4)."""

import hashlib
import string
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from handlers.catalogue import parts, rules
from handlers.catalogue.parts import Figure, Step, Strict
from handlers.catalogue.rules import TOTAL, Rule
from storage.organisation.units import Kind
from storage.people.people import Role

__all__ = ["Figure", "Row", "Step"]

_DAYS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1))
# What a line may say besides its fields and indicators, by the shape of the row.
COMMON = frozenset({"units", "targets", "gap", "period", "rate"})
SHOWN: Mapping[str, frozenset[str]] = {
    "checkin": COMMON | {"count", "attended"},
    "report": COMMON | {"count", "overdue", "returned", "accepted", "zero", "ok", "low", "average", "complete", "all",
                        "parts"},
    "case": COMMON | {"count", "submitted", "awarded", "presented", "promoted", "open", "done", "overdue", "soon",
                      "places", "over", "floor", "by_kind", "by_state", "by_subject", "opened", "closed"},
    "roster": COMMON | {"holding", "soon", "full", "vacant", "slots", "by_kind", "added"},
}  # fmt: skip


class Row(Strict):
    """One thing that is told by check-ins (checkin), reported (report), decided (case) or held (roster)."""

    key: parts.Key
    ids: tuple[Annotated[str, Field(pattern=r"^S[0-4]-(\d\d|F\d)$")], ...] = ()
    name: parts.Label
    words: parts.Words = ()
    shape: Literal["checkin", "report", "case", "roster"]
    section: Literal["活动", "计数", "任务", "覆盖", "名册", "奖章"]
    period: Literal["day", "week", "month", "quarter", "term", "school_year", "year", "two_years", "once", "round"] = (
        "once"
    )
    many: bool = False
    # Of check-ins: read by handlers/reading, which compiles them when it starts.
    said: tuple[parts.Said, ...] = ()
    # At which place it is offered as a button, where an activity is asked for of a report or of a campaign.
    offered: Mapping[Literal["签到", "发布"], Annotated[int, Field(ge=1, le=6)]] = {}
    at: Annotated[tuple[Kind, ...], Field(min_length=1)]
    who: tuple[Role, ...] = ()
    fields: tuple[Figure, ...] = ()
    rules: tuple[str, ...] = ()
    soft_rules: tuple[str, ...] = ()
    indicators: tuple[parts.Indicator, ...] = ()
    line: Annotated[str, Field(min_length=1, max_length=120)]
    example: str = ""
    # Tasks: the day by which a period's report is due, how many days later it still is in time, or taken at all.
    due: Annotated[str, Field(pattern=r"^(\d\d|last|\d\d-\d\d|term_end|)$")] = ""
    timely: Annotated[int, Field(ge=0, le=365)] = 0
    closes: Annotated[int, Field(ge=0, le=3650)] = 0
    review: tuple[parts.Level, ...] = ()
    evidence: Literal["", "any", "file", "photo"] = ""
    # Rubrics: points by deduction from `base`.
    base: Annotated[int, Field(ge=0, le=1000)] = 0
    bonus: Annotated[int, Field(ge=0, le=100)] = 0
    passing: Annotated[int, Field(ge=0, le=1000)] = 0
    # Cases.
    subject: tuple[Literal["child", "adult", "unit", "matter"], ...] = ()
    kinds: parts.Words = ()
    # Of the kinds those that put a unit forward, not a person.
    collective: parts.Words = ()
    caps: Mapping[parts.Word, Annotated[int, Field(ge=1, le=10000)]] = {}
    cap_each: Annotated[int, Field(ge=0, le=10000)] = 0
    floor: Annotated[int, Field(ge=0, le=100000)] = 0
    quotas: tuple[parts.Quota, ...] = ()
    chain: tuple[Step, ...] = ()
    # Of what is nominated with 提名: kind → the level that awards it; the levels below it decide first.
    awards: Mapping[parts.Word, parts.Level] = {}
    # Kind → the only kind of unit that it is for, where not all of `at` are.
    only: Mapping[parts.Word, Kind] = {}
    # Working days of public notice; of single kinds otherwise: each level writes its own plan (domain §4.2).
    notice: Annotated[int, Field(ge=0, le=60)] = 0
    notices: Mapping[parts.Word, Annotated[int, Field(ge=0, le=60)]] = {}
    # Rosters.
    term: Annotated[int, Field(ge=0, le=120, description="months")] = 0
    slots: Mapping[parts.Word, Annotated[int, Field(ge=1, le=20)]] = {}
    remind: tuple[Annotated[int, Field(ge=0, le=400)], ...] = ()
    source: str = ""
    off: bool = False

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def version(self) -> str:
        """A mark of what the row says, kept with each report of it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @cached_property
    def by_name(self) -> Mapping[str, Figure]:
        """Its fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def waiting(self) -> frozenset[str]:
        """The states of its cases in which somebody is waited for."""
        return frozenset(each.state for each in self.chain if not each.optional)

    @cached_property
    def asked(self) -> tuple[Figure, ...]:
        """The fields that are asked for and read; those that are switched off are only shown where they were told."""
        return tuple(each for each in self.fields if not each.off)

    @cached_property
    def _split_choices(self) -> tuple[str, ...]:
        """The choices by which its figures are told apart as well."""
        return next((each.choices for each in self.fields if each.split), ())

    @cached_property
    def quotients(self) -> Mapping[str, parts.Indicator]:
        """Its indicators, and of those between figures that are told apart what each choice comes to: each_鼓号队."""
        found = {each.name: each for each in self.indicators}
        for each in self.indicators:
            for choice in self._split_choices:
                of = {"numerator": f"{each.numerator}_{choice}", "denominator": f"{each.denominator}_{choice}"}
                if self.split.keys() >= set(of.values()):
                    found[f"{each.name}_{choice}"] = each.model_copy(update=of)
        return found

    @cached_property
    def split(self) -> Mapping[str, tuple[str, str, str]]:
        """Name of a part, heads_小学, → (figure, field with the choice, choice)."""
        return {
            f"{figure.name}_{choice}": (figure.name, by.name, choice)
            for by in self.fields
            if by.split
            for figure in self.fields
            if figure.is_number and figure.agg == "sum"
            for choice in by.choices
        }

    def comparable(self, of: parts.Indicator, told: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
        """What is divided: of 42.5万元 only the 30万元 of 100 places, where the rest was told without any place."""
        over, under = (told.get(name, Decimal(0)) for name in (of.numerator, of.denominator))
        names = ((f"{of.numerator}_{choice}", f"{of.denominator}_{choice}") for choice in self._split_choices)
        pairs = [(told[part], told[whole]) for part, whole in names if part in told and whole in told]
        rest = over - sum(part for part, _ in pairs), under - sum(whole for _, whole in pairs)
        return sum((part for part, whole in [*pairs, rest] if whole), Decimal(0)), under

    def of_choices(self, shown: Mapping[str, str]) -> Iterator[str]:
        """三星章：授予 502、再获 52（10.4%）: what each choice that was told of came to, of the parts in `shown`."""
        # A row that asks for its parts says what share one is of another; of others 已拨 30万 is no share of 100.
        behind = "parts" in self.placeholders
        shares = {each.numerator: each for each in self.indicators} if behind else {}
        for by in (each for each in self.fields if each.split):
            for choice in by.choices:
                told = [
                    f"{self.by_name[figure].label} {shown[name]}{self.by_name[figure].counted_in}"
                    + (share.behind(shown[name], shown.get(f"{share.denominator}_{choice}", "")) if share else "")
                    for name, (figure, field, of) in self.split.items()
                    for share in [shares.get(figure)]
                    if (field, of) == (by.name, choice) and shown[name] != "0"
                ]
                told += [
                    f"均 {shown[name]}{self.by_name[each.numerator].counted_in}"
                    for each in ([] if behind else self.indicators)
                    for name in [f"{each.name}_{choice}"]
                    if not each.percent and shown.get(name, "–") != "–"
                ]
                if told:
                    yield f"{choice}：{'、'.join(told)}"

    @cached_property
    def checks(self) -> tuple[Rule, ...]:
        """The rules between its figures, the soft ones last."""
        hard = [rules.parse(each) for each in self.rules]
        return (*hard, *(rules.parse(each, soft=True) for each in self.soft_rules))

    @property
    def is_medal(self) -> bool:
        """Whether its cases are nominations (handlers/medals) and not opened by its word."""
        return bool(self.awards or self.quotas)

    @property
    def is_honour(self) -> bool:
        """Whether somebody is put forward, not something reported."""
        return not {"adult", "unit", "child"}.isdisjoint(self.subject)

    @property
    def personal(self) -> tuple[str, ...]:
        """The kinds that put an adult forward."""
        return tuple(each for each in self.kinds if "adult" in self.subject and each not in self.collective)

    @property
    def placeholders(self) -> Iterator[str]:
        """What its line says in braces."""
        return (name for _, name, _, _ in string.Formatter().parse(self.line) if name is not None)

    @model_validator(mode="after")
    def _fits(self) -> "Row":
        names = [*(each.name for each in self.fields), *(each.name for each in self.indicators)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise parts.misfit("fields", f"字段 {twice} 写了两次，请改一个名字")
        self._rules_fit()
        for each in self.indicators:
            known = self._numbers | SHOWN[self.shape] | set(self.split)
            _known("indicators", f"指标 {each.name}", (each.numerator, each.denominator), known)
        self._line_fits(names)
        self._due_fits()
        self._shape_fits()
        return self

    @property
    def _numbers(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields if each.is_number)

    @property
    def _first(self) -> frozenset[str]:
        return frozenset(each.state for each in self.chain[:1])

    def _rules_fit(self) -> None:
        for at, said in (("rules", self.rules), ("soft_rules", self.soft_rules)):
            for text in said:
                try:
                    names = rules.parse(text).names
                except ValueError as error:
                    raise parts.misfit(at, str(error)) from None
                _known(at, f"规则「{text}」", (name.removeprefix(TOTAL) for name in names), self._numbers)

    def _line_fits(self, names: list[str]) -> None:
        try:
            said = list(self.placeholders)
        except ValueError:
            raise parts.misfit("line", "花括号不成对，写成 {字段名} 这样") from None
        _known("line", "line", said, {*names, *(f"{name}%" for name in names), *SHOWN[self.shape], *self.split})

    def _due_fits(self) -> None:
        """A day of a month or year has to be one, and a report that is due has a period to be due in."""
        month, dash, day = self.due.rpartition("-")
        known = not day.isdigit() or 1 <= int(day) <= _DAYS.get(int(month or 1), 0)
        never = bool(self.due) and self.period in ("day", "once", "round")
        often = bool(dash) and self.period in ("week", "month", "quarter")
        parts.check(
            ("due", never, "随时报的、只报一次的没有截止，请清空，或把时期改成 每月 这样"),
            ("due", often, "几月几日只用于一年、一学期报一次的；每月、每季写成 每月5日 这样"),
            ("due", not known, f"没有 {self.due} 这一天，写成 每月5日 或 12月20日 这样"),
        )

    def _shape_fits(self) -> None:
        if bool(self.said) != (self.shape == "checkin"):
            raise parts.misfit("shape", "签到的活动写在 checkins.toml，要有 said；别的方式没有 said")
        if self.shape == "case" and not ((self.chain or self.is_medal) and self.subject):
            raise parts.misfit("subject" if self.chain else "chain", "case（逐级办理）要写 chain 和 subject")
        for at in ("chain", "quotas", "kinds", "caps", "notices", "awards", "only"):
            if self.shape != "case" and getattr(self, at):
                raise parts.misfit(at, f"{at} 只用于 case（逐级办理），请清空")
        for at in ("slots", "term"):
            if self.shape != "roster" and getattr(self, at):
                raise parts.misfit(at, f"{at} 只用于 roster（名册），请清空")
        for at in ("caps", "notices", "awards", "only"):
            _known(at, at, getattr(self, at), self.kinds)
        _known("slots", "slots", self.slots, {choice for each in self.fields for choice in each.choices})
        _known("collective", "collective", self.collective, self.kinds)
        states = {each.to for each in self.chain} | self._first
        _known("chain", "chain", (each.state for each in self.chain), states)
        scores = [each for each in self.fields if each.type == "score"]
        whole = sum(int(each.max or 0) for each in scores)
        if whole != self.base:
            raise parts.misfit("base", f"base 应等于各项满分之和 {whole}（现在是 {self.base}）")
        if self.passing > whole + self.bonus:
            raise parts.misfit("passing", f"passing 比满分 {whole} 加上加分还高，没有谁能达标，请改小")


def _known(at: str, what: str, said: Any, names: Any) -> None:
    for name in said:
        if name not in names:
            raise parts.misfit(at, f"{what} 里的 {name} 不是这一行的名字，可用：{'、'.join(sorted(names))}")
