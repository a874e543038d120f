"""上报: what a message tells of a row is stored when every number is explained, else one thing is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.attendance import attachments, recent
from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling.amounts import amounts
from handlers.catalogue.telling.reports import Told, only_figures, read_report, without_texts
from handlers.catalogue.telling.verdicts import split_by_choice
from handlers.kit import Answer, Ask, Button, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.programmes import limits, subject, zero
from handlers.programmes import report_questions as asked
from handlers.reading.text.normalise import clean
from handlers.registry import reads
from handlers.wording import days, lines, programmes, questions
from scheduling import spans
from storage.messages import files
from storage.programmes import reports


@reads("report")
def take(ask: Ask) -> Sequence[Reply]:
    """A text that names a row which the asker reports."""
    row = programmes.row_in(ask, ask.args)
    assert row is not None
    return report(ask, row, ask.args)


def report(ask: Ask, row: Row, said: str, known: asked.Asked | None = None) -> Sequence[Reply]:
    """Read `said` as a report of the row; `known` is what was asked about where this message answers a question."""
    day = date.fromisoformat(known.day) if known else ask.today
    parts = split_by_choice(said, row)
    if len(parts) > 1 and known is None:
        return [reply for part in parts for reply in report(ask, row, part)]
    now = asked.Asked(
        row.key,
        said,
        day.isoformat(),
        files=attachments.waiting(ask, known.files if known else None),
        again=bool(known and known.again),
    )
    # 文号:县委办〔2026〕12号: what is said in a field's own words is no unit and no period.
    head, own_words = without_texts(said, row)
    unit, rest = subject.unit_in(ask, row, head)
    if unit is None:
        return [_which_unit(ask, row, now)]
    if programmes.is_pause(row, said):
        return zero.pause(ask, row, unit)
    if programmes.is_zero(row, said):
        return zero.nothing(ask, row, unit)
    last, rest = subject.period_in(row, rest, day)
    told = read_report(clean(programmes.together(row, rest + own_words)).text, row, day)
    told.day = told.day or last
    left_out = limits.gate_texts(row, told)
    if told.missing and not row.many:
        told.missing = subject.untold(ask, row, unit, told.day or day, told.missing)
    if not told.complete:
        return [_question(ask, row, unit, told, now)]
    kept = _kept(ask, row, unit, told, now)
    return [replace(kept, text=f"{kept.text}\n{gate.LEFT_OUT}") if left_out else kept]


def _which_unit(ask: Ask, row: Row, now: asked.Asked) -> Reply:
    names = [unit.name for unit in programmes.units_for(ask.me, row)][:6]
    example = f"请写上单位，像这样：{names[0] if names else '三(2)中队'} {row.example}"
    question = f"{row.name}是哪个单位的？" + ("" if names else example)
    asked.FIELD.put(ask, replace(now, asked=question))
    return Reply(question, tuple(Button(name, answer=name) for name in names))


def _question(ask: Ask, row: Row, unit: Unit, told: Told, now: asked.Asked) -> Reply:
    """One thing is asked: what a number is, or what is missing; the rest is kept with the question."""
    untold = [each for each in row.asked if each.name not in told.values]
    free = [each for each in untold if told.open and _may_hold(row, each, told.open[0])]
    if free:
        question = f"{row.name}里的「{told.open[0]}」是哪一项？"
        asked.FIELD.put(ask, replace(now, asked=question, open=told.open[0]))
        buttons = tuple(Button(f"{each.label} {told.open[0]}", answer=each.label) for each in free[:5])
        return Reply(f"{question}还没有记。", buttons)
    if told.missing:
        field = next(each for each in row.fields if each.label == told.missing[0])
        hint = f"（{field.units[0]}）" if field.units else ""
        question = f"{row.name}：{field.label}？"
        question = f"{unit.name} {row.name}：{field.label}{hint}是多少？" if field.is_number else question
        kind, choices = (asked.YES_OR_NO, ("是", "否")) if field.type == "yesno" else (asked.FIELD, field.choices[:6])
        kind.put(ask, replace(now, asked=question, add=field.label))
        return Reply(question, tuple(Button(choice, answer=choice) for choice in choices))
    if told.unclear or not told.values:
        what = "、".join([*told.unclear, *(f"「{each}」" for each in told.open)])
        raise Refusal(f"{row.name}里的{what}没有看懂，没有记录。像这样发：\n{row.example}")
    return _without(ask, row, unit, told, now)


def _without(ask: Ask, row: Row, unit: Unit, told: Told, now: asked.Asked) -> Reply:
    """What the row has no place for is left out, if that is wanted."""
    said = clean(now.said).text
    for each in told.open:
        said = said.replace(each, " ", 1)
    figures = programmes.figures(row, _report(ask, row, unit, told, told.day or ask.today, said))
    question = (
        f"{unit.name} {row.name}：{figures}。\n这一项里没有地方记「{'」「'.join(told.open)}」，其余照这样记下吗？"
    )
    return Reply(question, asked.LEFT_OUT.put(ask, replace(now, said=said, asked=question)))


@questions.answers(asked.LEFT_OUT)
def left_out(ask: Ask, known: asked.Asked) -> Sequence[Reply]:
    """The rest is stored."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    return report(ask, row, known.said, known) if row else [Reply(asked.NOTHING)]


def _may_hold(row: Row, each: Figure, said: str) -> bool:
    """Whether a quantity may be what the field asks for: 3个 is no money, 20万元 are no schools."""
    units = [unit for one in row.asked for unit in one.units]
    measures = {amount.measure for amount in amounts(said, units)} - {""}
    return each.is_number and (not measures or not each.units or not measures.isdisjoint(each.units))


@questions.answers(asked.YES_OR_NO)
def decide(ask: Ask, known: asked.Asked) -> Answer | None:
    """是 or 否 for a field of yes and no, in whatever words."""
    if not (questions.says_yes(ask.args) or questions.says_no(ask.args)):
        return None
    return complete(replace(ask, args="是" if questions.says_yes(ask.args) else "否"), known)


@questions.answers(asked.FIELD)
def complete(ask: Ask, known: asked.Asked) -> Sequence[Reply] | None:
    """The answer, read together with what was said; None for another message."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    if row is None:
        return [Reply(asked.NOTHING)]
    if len(ask.args) > 60 or programmes.row_in(ask, ask.args) not in (None, row):
        return None
    again = read_report(clean(ask.args).text, row, ask.today)
    whole = again.complete and len(again.values) > 1 and programmes.named([row], ask.args)
    parts = split_by_choice(ask.args, row)
    if whole or (len(parts) > 1 and all(read_report(clean(part).text, row, ask.today).complete for part in parts)):
        # The whole report once more is no answer to what was missing.
        return report(ask, row, ask.args)
    wanted = next((each for each in row.fields if each.label == known.add), None)
    if wanted and wanted.is_number and not only_figures(clean(ask.args).text, row, ask.today):
        return None
    if wanted and wanted.choices and not any(choice in ask.args for choice in wanted.choices):
        return None
    said = known.said
    if known.open:
        if ask.args not in {each.label for each in row.fields}:
            return None
        said = said.replace(known.open, f" {ask.args}{known.open} ", 1)
    else:
        said = f"{said}\n{known.add}{':' if wanted and wanted.type == 'text' else ''}{ask.args}"
    return report(ask, row, said, known)


def _kept(ask: Ask, row: Row, unit: Unit, told: Told, now: asked.Asked) -> Reply:
    day = told.day or date.fromisoformat(now.day)
    if day > ask.today:
        raise Refusal(f"{days.short(day)}还没有到，没有记录。请等开展以后再报，或改好日期再发一次。")
    new = _report(ask, row, unit, told, day, now.said)
    if row.many and not now.again and (same := _just_told(ask, new)):
        text = f"和刚才报的 R{same.id} 一样：{programmes.said(row, same)}。没有再记。要是另一次，请选「再记一次」。"
        return Reply(text, asked.AGAIN.put(ask, now))
    warning = limits.check(ask.db, row, replace(new, path=unit.path))
    kept = reports.store(ask.db, new, ask.me.id, ask.now, further=row.many) or _beside(ask, row, unit, new)
    if kept is None:
        return _again(ask, row, new)
    echo = _echo(ask, row, unit, kept, "已记录")
    return replace(echo, text=echo.text + warning + _evidence(ask, row, kept, now.files))


def _just_told(ask: Ask, new: reports.Report) -> reports.Report | None:
    """What the asker has told in the same words just before: sent twice, or another event."""
    since = ask.now - recent.FRESH
    one = reports.newest_by(ask.db, ask.me.id, since, row=new.row, unit_id=new.unit_id, day=new.day)
    return one if one and one.figures == new.figures else None


@questions.answers(asked.AGAIN)
def once_more(ask: Ask, known: asked.Asked) -> Sequence[Reply]:
    """It was another one."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    return report(ask, row, known.said, replace(known, again=True)) if row else [Reply(asked.NOTHING)]


def _evidence(ask: Ask, row: Row, kept: reports.Report, first: int | None) -> str:
    """What came with the message, or the one that was asked about, belongs to the report; what it needs is said."""
    if first is not None:
        attachments.album(ask)
        return f"\n{files.adopt(ask.db, first, ('report_id', kept.id))} {attachments.measured(ask)}已附上"
    return f"\n材料（照片或文件）请直接发来，会附到 R{kept.id}。" if row.evidence else ""


def _beside(ask: Ask, row: Row, unit: Unit, new: reports.Report) -> reports.Report | None:
    """What stands with what was not told before, or in the place of nothing; None where it has to be asked."""
    before = reports.of_period(ask.db, new.row, [new.unit_id], new.period, new.sequence)[0]
    adds = before.figures and new.figures and before.figures.keys().isdisjoint(new.figures)
    if before.state != reports.ZERO and not (adds and before.state in (reports.SUBMITTED, reports.RETURNED)):
        return None
    figures, hedges = {**before.figures, **new.figures}, {**before.hedges, **new.hedges}
    whole = replace(new, id=before.id, figures=figures, hedges=hedges, path=unit.path)
    limits.check(ask.db, row, whole, before)
    reports.revise(ask.db, replace(before, flows=new.flows), whole, ask.me.id, ask.now)
    return whole


def _report(ask: Ask, row: Row, unit: Unit, told: Told, day: date, said: str) -> reports.Report:
    period = spans.label_of(row.period, day)
    figures = {**told.values, **{f"lacks{place}": need for place, need in enumerate(told.lacks)}}
    # 首批: by which word a rule counts is known when the report is corrected, too.
    figures |= {f"when{place}": each.when for place, each in enumerate(row.checks) if each.when and each.when in said}
    if told.bonus:
        figures["bonus"] = told.bonus
    late = bool(row.due) and ask.today > spans.due_day(row.due, period) + timedelta(days=row.timely)
    return reports.Report(
        unit.id, row.key, period, day, figures, told.hedges, programmes.flows_of(row),
        timing="late" if late else "on_time", version=row.version,
    )  # fmt: skip


def _echo(ask: Ask, row: Row, unit: Unit, one: reports.Report, result: str) -> Reply:
    figures = programmes.figures(row, one)
    if row.base:
        figures = f"共 {lines.score(row, one):f} 分：{figures}"
    late = "，迟报" if one.timing == "late" else ""
    text = f"{result}：{unit.name} {row.name} {programmes.when(row, one, ask.today)}{late}\n{figures or '已交'}"
    buttons = Button("改", "更正", f"R{one.id}"), Button("撤回", "撤回", f"R{one.id}")
    return Reply(text, buttons, spoken=f"要改，发「更正 R{one.id} …」；不算，发「撤回 R{one.id}」。")


def _again(ask: Ask, row: Row, new: reports.Report) -> Reply:
    """One of the row and period stands already: what it says, and how to change it."""
    before = reports.of_period(ask.db, row.key, [new.unit_id], new.period, new.sequence)[0]
    said = f"{programmes.when(row, before, ask.today)}的{row.name}已经报过："
    said += programmes.said(row, before)
    if before.figures == new.figures:
        return Reply(f"{said}。没有重复计。")
    change = Button("改成这次的", "更正", f"R{before.id} {_in_words(row, new)}")
    asked.REPLACE.put(ask, asked.Replacing(change.args))
    return Reply(f"{said}。\n这次没有再记，要改成{programmes.figures(row, new)}吗？", (change,))


def _in_words(row: Row, one: reports.Report) -> str:
    """The figures in words that are read back to the same: for the button that corrects."""
    return " ".join(
        f"{each.label}{programmes.value(each, one.figures[each.name])}"
        for each in row.fields
        if each.name in one.figures
    )
