"""What is asked about a report: whose a number is, what is missing, what has no place, whether it is another one."""

from dataclasses import dataclass, replace
from datetime import date

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling.amounts import amounts
from handlers.catalogue.telling.reports import Told
from handlers.kit import Ask, Button, Refusal, Reply, Unit
from handlers.programmes.reports import drafts
from handlers.reading.text.normalise import clean
from handlers.wording import programmes, questions
from scheduling import spans


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of which row on which day (ISO); `add`: the field that is asked for, `open`: the number whose."""

    row: str
    said: str
    day: str
    asked: str = ""
    add: str = ""
    open: str = ""
    # The message whose photos and documents wait for the answer.
    files: int | None = None
    # Whether the same was reported just before and this is another one.
    again: bool = False


_REPORTS = frozenset({"report"})
_OR_NOT = "\n不报了，发「取消」。"
NOTHING = "好的，没有记。要重新报，直接发就行。"
FIELD = questions.Question(
    "report", Asked, undone="还没有记。", asks="{asked}" + _OR_NOT, dropped=NOTHING, ended_by=_REPORTS
)
YES_OR_NO = questions.Question(
    "report-yesno", Asked, undone="还没有记。", asks="{asked}请回「是」或「否」。" + _OR_NOT, dropped=NOTHING,
    ended_by=_REPORTS, either=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replacing:
    """The correction that is asked about: `R12 听众65`."""

    correction: str


AGAIN = questions.Question(
    "report-again",
    Asked,
    undone="没有再记。",
    dropped="好的，没有再记。",
    yes="再记一次",
    no="不记",
    ended_by=_REPORTS,
)
LEFT_OUT = questions.Question(
    "report-left", Asked, undone="还没有记。", asks="{asked}请回「是」或「否」。", dropped=NOTHING, ended_by=_REPORTS,
    yes="记下", no="不记",
)  # fmt: skip
REPLACE = questions.Question(
    "report-replace", Replacing, undone="原来的没有改，这次也没有再记。", dropped="好的，没有改。",
    yes="改成这次的", no="不改", ended_by=frozenset({"report", "更正", "撤回"}),
)  # fmt: skip


def which_unit(ask: Ask, row: Row, now: Asked) -> Reply:
    """Whose report it is, with the units that the asker reports for."""
    names = [unit.name for unit in programmes.units_for(ask.me, row)][:6]
    example = f"请写上单位，像这样：{names[0] if names else '三(2)中队'} {row.example}"
    question = f"{row.name}是哪个单位的？" + ("" if names else example)
    FIELD.put(ask, replace(now, asked=question))
    return Reply(question, tuple(Button(name, answer=name) for name in names))


def whether_done(ask: Ask, row: Row, unit: Unit, now: Asked) -> Reply:
    """联席会知道了 names the row, and tells nothing of it: whether it is done is asked."""
    when = spans.said(spans.label_of(row.period, date.fromisoformat(now.day)), ask.today)
    question = f"{unit.name}{when}的{row.name}：记成已交吗？还没有记。"
    return Reply(question, LEFT_OUT.put(ask, replace(now, said=f"{unit.name} {row.name}", asked=question)))


def about(ask: Ask, row: Row, unit: Unit, told: Told, now: Asked) -> Reply:
    """One thing is asked: what a number is, or what is missing; the rest is kept with the question."""
    untold = [each for each in row.asked if each.name not in told.values]
    free = [each for each in untold if told.open and _may_hold(row, each, told.open[0])]
    if free:
        question = f"{row.name}里的「{told.open[0]}」是哪一项？"
        FIELD.put(ask, replace(now, asked=question, open=told.open[0]))
        buttons = tuple(Button(f"{each.label} {told.open[0]}", answer=each.label) for each in free[:5])
        return Reply(f"{question}还没有记。", buttons)
    if told.missing:
        field = next(each for each in row.fields if each.label == told.missing[0])
        hint = field.hint or (field.units[0] if field.units and field.is_number else "")
        hint = f"（{hint}）" if hint else ""
        question = f"{row.name}：{field.label}{hint}？"
        question = f"{unit.name} {row.name}：{field.label}{hint}是多少？" if field.is_number else question
        kind, choices = (YES_OR_NO, ("是", "否")) if field.type == "yesno" else (FIELD, field.choices[:6])
        kind.put(ask, replace(now, asked=question, add=field.label))
        return Reply(question, tuple(Button(choice, answer=choice) for choice in choices))
    if told.unclear or not told.values:
        what = "、".join([*told.unclear, *(f"「{each}」" for each in told.open)])
        raise Refusal(f"{row.name}里的{what}没有看懂，没有记录。像这样发：\n{row.example}")
    return _without(ask, row, unit, told, now)


def _without(ask: Ask, row: Row, unit: Unit, told: Told, now: Asked) -> Reply:
    """What the row has no place for is left out, if that is wanted."""
    said = clean(now.said).text
    for each in told.open:
        said = said.replace(each, " ", 1)
    figures = programmes.figures(row, drafts.made(ask, row, unit, told, told.day or ask.today, said))
    question = (
        f"{unit.name} {row.name}：{figures}。\n这一项里没有地方记「{'」「'.join(told.open)}」，其余照这样记下吗？"
    )
    return Reply(question, LEFT_OUT.put(ask, replace(now, said=said, asked=question)))


def _may_hold(row: Row, each: Figure, said: str) -> bool:
    """Whether a quantity may be what the field asks for: 3个 is no money, 20万元 are no schools."""
    units = [unit for one in row.asked for unit in one.units]
    measures = {amount.measure for amount in amounts(said, units)} - {""}
    return each.is_number and (not measures or not each.units or not measures.isdisjoint(each.units))
