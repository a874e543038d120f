"""What a report's figures may be: between their bounds, and as the rules of the row have it, with the arithmetic."""

from decimal import Decimal

from sqlalchemy import Connection

from handlers.catalogue.model import Row
from handlers.catalogue.rules import TOTAL
from handlers.catalogue.telling.reports import Told, Value
from handlers.kit import Refusal
from handlers.privacy import gate
from handlers.wording import programmes
from storage.programmes import reports, sums
from storage.programmes.reports import Report


def check(db: Connection, row: Row, new: Report, old: Report | None = None) -> str:
    """
    Refuses a report that breaks a bound or a rule; what a soft rule says comes back, to be said too.

    `old` is what it takes the place of: that is in the totals already.
    """
    numbers = {name: value for name, value in new.figures.items() if isinstance(value, Decimal)}
    _check_bounds(row, numbers)
    if numbers.get("bonus", 0) > row.bonus:
        raise Refusal(f"加分 {numbers['bonus']:f} 太大（最多 {row.bonus}），没有记录。请核对后再发一次。")
    if any(name.startswith(TOTAL) for each in row.checks for name in each.names):
        before = sums.totals_of(db, row.key, new.path, new.day.year)
        # Of what was never told no rule speaks: 已拨 without any 计划.
        told = numbers.keys() | {name for name, value in before.items() if value}
        numbers |= {f"{TOTAL}{name}": numbers.get(name, Decimal(0)) + before.get(name, 0) for name in told}
        for name, value in (old.figures if old else {}).items():
            if isinstance(value, Decimal):
                numbers[f"{TOTAL}{name}"] = numbers.get(f"{TOTAL}{name}", Decimal(0)) - value
    said = " ".join(str(value) for name, value in new.figures.items() if name.startswith("when"))
    warnings = []
    for each in row.checks:
        problem = each.broken(numbers, said)
        if problem and each.soft:
            warnings.append(problem)
        elif problem:
            what = "、".join(dict.fromkeys(_label(row, name) for name in sorted(each.names)))
            raise Refusal(f"没有记录：{_label(row, each.left[0].name)} {problem}。请核对{what}，改好再发一次。")
    return "".join(f"\n请留意：{problem}" for problem in warnings)


def twice(db: Connection, row: Row, one: Report) -> str:
    """Of whom a share is taken within a term or year is told once: what else was told of them, above, below or here."""
    shares = {each.denominator for each in row.indicators if each.percent}
    whole = [each.label for each in row.fields if each.name in shares and each.agg == "sum"]
    if row.period == "day" or not whole:
        return ""
    kinds = [each.name for each in row.fields if each.agg == "by"]
    others = (
        each for each in reports.in_line(db, one)
        if all(each.figures.get(name) == one.figures.get(name) for name in kinds)
    )  # fmt: skip
    other = next(others, None)
    if other is None:
        return ""
    said = f"{other.unit_name}已报过一条（R{other.id}：{programmes.figures(row, other)}），{whole[0]}会加在一起"
    return f"\n请留意：{said}。是同样的孩子，请撤回一条；分两批的，撤回先报的，把后一条更正成累计的。"


def _check_bounds(row: Row, numbers: dict[str, Decimal]) -> None:
    for each in row.fields:
        value = numbers.get(each.name)
        if value is None:
            continue
        if each.min is not None and value < Decimal(str(each.min)):
            raise Refusal(f"{each.label} {value:f} 太小（至少 {each.min:g}），没有记录。请核对后再发一次。")
        if each.max is not None and value > Decimal(str(each.max)):
            raise Refusal(f"{each.label} {value:f} 太大（最多 {each.max:g}），没有记录。请核对后再发一次。")
        if each.type == "integer" and value != value.to_integral_value():
            raise Refusal(f"{each.label} {value:f} 应是整数，没有记录。请核对后再发一次。")


def _label(row: Row, name: str) -> str:
    total, plain = name.startswith(TOTAL), name.removeprefix(TOTAL)
    return ("累计" if total else "") + (row.by_name[plain].label if plain in row.by_name else plain)


def gate_texts(row: Row, told: Told) -> str:
    """What is told in words passes the gate, a report names nobody; what is to be said where something is left out."""
    said = dict(told.values)
    told.values = {name: gated(value) for name, value in said.items()}
    for name in [name for name, value in told.values.items() if value == ""]:
        del told.values[name]
        told.missing = [*told.missing, *([row.by_name[name].label] if row.by_name[name].required else [])]
    return "" if told.values == said else gate.LEFT_OUT


def gated(value: Value) -> Value:
    """What is told in words passes the gate: a report counts, it names nobody."""
    if not isinstance(value, str):
        return value
    return gate.cleared(value)
