"""A report that is whole: stored, or beside what stands already; what was told twice is asked about."""

from dataclasses import replace
from datetime import date

from handlers.attendance import recent
from handlers.catalogue import parts
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import Told
from handlers.kit import Ask, Button, Refusal, Reply, Unit
from handlers.programmes.reports import drafts, evidence, limits
from handlers.programmes.reports import report_questions as asked
from handlers.wording import days, programmes
from storage.programmes import reports


def kept(ask: Ask, row: Row, unit: Unit, told: Told, now: asked.Asked) -> Reply:
    """What is said of the report that is stored now, or of the one that stands in its place; raises Refusal."""
    if told.undated and told.day is None:
        raise Refusal(f"没有看出准确的日期，没有记录。请写明是哪一天，像这样：昨天 {row.example}")
    day = told.day or date.fromisoformat(now.day)
    if day > ask.today:
        raise Refusal(f"{days.short(day)}还没有到，没有记录。请等开展以后再报，或改好日期再发一次。")
    new = drafts.made(ask, row, unit, told, day, now.said)
    if row.many and not now.again and (same := _just_told(ask, row, new, now)):
        buttons = asked.AGAIN.put(ask, now)
        if same.figures == new.figures:
            text = f"和刚才报的 R{same.id} 一样：{programmes.said(row, same)}。没有再记。要是另一次，请选「再记一次」。"
            return Reply(text, buttons)
        change = Button("改成这次的", "更正", f"R{same.id} {_in_words(row, new, told)}")
        text = f"刚才报的是 R{same.id} {row.name}：{programmes.said(row, same)}。这次没有记：是另一次，还是改那一条？"
        return Reply(text, (buttons[0], change, *buttons[1:]))
    warning = limits.check(ask.db, row, replace(new, path=unit.path))
    kept = reports.store(ask.db, new, ask.me.id, ask.now, further=row.many) or _beside(ask, row, unit, new, told)
    if kept is None:
        return _again(ask, row, new, told, now)
    warning += limits.twice(ask.db, row, replace(kept, path=unit.path))
    echo = _echo(ask, row, unit, kept, "已记录")
    return replace(echo, text=echo.text + warning + evidence.of_message(ask, row, kept, now.files))


def _just_told(ask: Ask, row: Row, new: reports.Report, now: asked.Asked) -> reports.Report | None:
    """What the asker has told just before, in the same words or where these do not say of which row they are."""
    same = reports.same_by(ask.db, new, ask.me.id, ask.now - recent.FRESH)
    if same is None:
        return None
    number, figures = same
    unnamed = now.said == f"{row.name} {ask.message.text.strip()}" and programmes.row_in(ask, ask.message.text) is None
    return reports.by_id(ask.db, number) if figures == new.figures or unnamed else None


def _beside(ask: Ask, row: Row, unit: Unit, new: reports.Report, told: Told) -> reports.Report | None:
    """What stands with what was not told before, in the place of nothing, or of what was given back; None to ask."""
    before = reports.of_period(ask.db, new.row, [new.unit_id], new.period, new.sequence)[0]
    adds = before.figures and new.figures and before.figures.keys().isdisjoint(new.figures)
    if before.state not in (reports.ZERO, reports.RETURNED) and not (adds and before.state == reports.SUBMITTED):
        return None
    hedges = {name: hedge for name, hedge in before.hedges.items() if name not in new.figures} | dict(new.hedges)
    whole = replace(
        new, id=before.id, figures={**new.figures, **drafts.over(told, before.figures)}, hedges=hedges, path=unit.path,
        timing=before.timing,
    )  # fmt: skip
    limits.check(ask.db, row, whole, before if before.state in reports.COUNTS else None)
    reports.revise(ask.db, replace(before, flows=new.flows), whole, ask.me.id, ask.now)
    return whole


def _echo(ask: Ask, row: Row, unit: Unit, one: reports.Report, result: str) -> Reply:
    figures = programmes.figures(row, one)
    if row.base:
        figures = f"共 {parts.score(row.fields, one.figures):f} 分：{figures}"
    late = "，迟报" if one.timing == "late" else ""
    text = f"{result}：{unit.name} {row.name} {programmes.when(row, one, ask.today)}{late}\n{figures or '已交'}"
    buttons = Button("改", "更正", f"R{one.id}"), Button("撤回", "撤回", f"R{one.id}")
    return Reply(text, buttons, spoken=f"要改，发「更正 R{one.id} …」；不算，发「撤回 R{one.id}」。")


def _again(ask: Ask, row: Row, new: reports.Report, told: Told, now: asked.Asked) -> Reply:
    """One of the row and period stands already: what it says, and how to change it; photos are of that one."""
    before = reports.of_period(ask.db, row.key, [new.unit_id], new.period, new.sequence)[0]
    said = f"{programmes.when(row, before, ask.today)}的{row.name}已经报过："
    said += programmes.said(row, before)
    files = evidence.of_message(ask, row, before, now.files) if now.files is not None else ""
    if drafts.over(told, before.figures) == before.figures:
        return Reply(f"{said}。没有重复计。{files}")
    change = Button("改成这次的", "更正", f"R{before.id} {_in_words(row, new, told)}")
    asked.REPLACE.put(ask, asked.Replacing(change.args))
    shown = programmes.figures(row, replace(before, figures=drafts.over(told, before.figures)))
    return Reply(f"{said}。\n这次没有再记，要改成{shown}吗？{files}", (change,))


def _in_words(row: Row, one: reports.Report, told: Told) -> str:
    """What was told in words that are read back to the same: for the button that corrects."""
    words = ["全满"] if told.full else []
    words += [f"缺{each}" for each in told.lacks]
    words += [f"加分{told.bonus:f}"] if told.bonus is not None else []
    words += [
        f"{each.label}{programmes.value(each, one.figures[each.name], one.hedges.get(each.name, 'eq'))}"
        for each in row.fields
        if each.name in one.figures and each.name not in told.filled
    ]
    return " ".join(words)
