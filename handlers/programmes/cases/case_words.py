"""How a case is said: its line, its page with all that was done, what may be done now and by whom."""

from collections.abc import Iterable, Sequence
from datetime import date

from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Reply, Waiting
from handlers.programmes.cases import case_limits, case_rights, case_waiting
from handlers.wording import days
from storage.messages import files
from storage.people import accounts, people
from storage.programmes import cases

_MOST_STEPS, _MOST_LISTED, _MOST_OPEN = 8, 5, 300


def about(ask: Ask, row: Row, one: cases.Case) -> str:
    """Whose, which row and kind, and who is put forward: 瑞景辅导站 十佳 老教师 王建国, 实验小学 最美辅导员 王建国."""
    name = str(ask.vault.open(one.name)) if one.name and case_rights.may_see(ask.me, row, one) else ""
    # A kind that is said by itself needs no row ahead of it.
    head = "" if one.kind in row.words else row.name
    kind = "" if one.kind == row.name else one.kind
    return " ".join(filter(None, (one.unit_name, head, kind, name)))


def told(ask: Ask, row: Row, one: cases.Case) -> str:
    """What it is about, in the words that were kept, and its choices."""
    words = str(ask.vault.open(one.words)) if one.words else ""
    choices = [str(one.figures[each.name]) for each in row.fields if each.type == "choice" and each.name in one.figures]
    return " ".join(filter(None, (words, *choices)))


def state(row: Row, one: cases.Case, today: date) -> str:
    """待整改，12月10日前，超期 2 天."""
    parts = [chain.state_name(one.state)]
    if one.due and not one.closed_at:
        late = (today - one.due).days
        day = ("" if one.due.year == today.year else f"{one.due.year}年") + days.short(one.due)
        parts.append(f"{day}前" if late <= 0 else f"{day}到期，超期 {late} 天")
    return "，".join(parts)


def line(ask: Ask, row: Row, one: cases.Case) -> str:
    """One line of a list."""
    said = told(ask, row, one)
    return f"{one.number} {about(ask, row, one)}，{state(row, one, ask.today)}" + (f"：{said}" if said else "")


def page(ask: Ask, row: Row, one: cases.Case) -> Reply:
    """Everything about it, with a button for each thing that the asker may do now."""
    done = cases.steps(ask.db, one.id)
    names = people.names(ask.db, (each.person_id for each in done))
    lines = [f"{one.number} {about(ask, row, one)}", told(ask, row, one), f"现在：{state(row, one, ask.today)}"]
    if one.state == chain.NOTICE:
        lines.append(f"公示到{days.short(case_limits.notice_ends(ask, row, one, done))}")
    lines += [_step(ask, each, names.get(each.person_id, "")) for each in done[-_MOST_STEPS:]]
    count = files.of(ask.db, ("case_id", one.id))
    if count:
        lines.append(f"照片和附件 {len(count)} 个")
    who = waited_for(ask, row, one)
    lines.append(f"等{who}。" if who else "")
    shown = (Button("看照片", "照片", one.number),) if count else ()
    return Reply("\n".join(filter(None, lines)), (*buttons(ask, row, one, done), *shown))


def _step(ask: Ask, one: cases.CaseStep, who: str) -> str:
    words = f"：{ask.vault.open(one.words)}" if one.words and one.action != cases.CORRECTED else ""
    return f"· {days.moment(one.at, ask.now.tzinfo)} {who} {one.action}{words}"


def buttons(ask: Ask, row: Row, one: cases.Case, done: Sequence[cases.CaseStep]) -> tuple[Button, ...]:
    """What the asker may do now; a reason may be written in reply to the card."""
    found = case_rights.possible(ask.me, row, one, list(done))
    return tuple(button(one, each.action) for each in found)


def button(one: cases.Case, action: str) -> Button:
    """The button for a step; a reason for a 退回 may be written in reply to its card."""
    return Button(action, case_waiting.COMMAND, f"{one.number} {action}", reply=action == "退回")


def waited_for(ask: Ask, row: Row, one: cases.Case) -> str:
    """Who is to do what next: 学校整改, 上级销号或退回; empty when nobody is waited for."""
    by: dict[str, list[str]] = {}
    for each in chain.steps_at(row, one.state):
        if not each.optional and each.action not in by.setdefault(each.by, []):
            by[each.by].append(each.action)
    return "，".join(f"{_who(one, level)}{'或'.join(actions)}" for level, actions in by.items())


def _who(one: cases.Case, level: str) -> str:
    return one.unit_name if level == case_rights.OWN else level


def now_possible(ask: Ask, row: Row, one: cases.Case) -> str:
    """What can be done in this state at all, by whom: said to a step that cannot be taken."""
    found = [f"{each.action}（{_who(one, each.by)}）" for each in chain.steps_at(row, one.state)]
    return f"现在是「{chain.state_name(one.state)}」" + (f"，可以：{'、'.join(found)}" if found else "，已经办完")


def news(ask: Ask, row: Row, one: cases.Case, what: str, words: str = "") -> tuple[str, list[Reply]]:
    """
    (who was told, the letters): those who are waited for, with buttons, and whoever opened it.

    `what` was done, with these words.
    """
    levels = {each.by: each for each in chain.steps_at(row, one.state) if not each.optional}
    found = [person for by in levels for person in case_rights.deciders(ask.db, by, one, ask.now)]
    done = cases.steps(ask.db, one.id)
    able = {
        person.id: (person.name, steps)
        for person in found
        if person.id != ask.me.id and (steps := case_rights.possible(person, row, one, done))
    }
    reached = accounts.best(ask.db, [*able, one.person_id])
    stands = f"{case_limits.until(ask, row, one)}，期满没有异议再授予。" if one.state == chain.NOTICE else ""
    text = "\n".join(filter(None, (f"{what}：{line(ask, row, one)}", words and f"说明：{words}", stands)))
    letters = [
        Reply("\n".join(filter(None, (text, "" if stands else f"请{'或'.join(each.action for each in steps)}。"))),
              tuple(button(one, each.action) for each in steps), to=id, about=one.number)
        for id, (_, steps) in able.items() if id in reached
    ]  # fmt: skip
    if one.person_id not in (ask.me.id, *able) and one.person_id in reached:
        letters.append(Reply(text, (Button("查看", case_waiting.COMMAND, one.number),), to=one.person_id))
    names = "、".join(dict.fromkeys(name for id, (name, _) in able.items() if id in reached))
    return _waits(ask, row, one, done, stands, names), letters


def _waits(ask: Ask, row: Row, one: cases.Case, done: list[cases.CaseStep], stands: str, names: str) -> str:
    """What comes next, and who has heard of it; also that there is nobody who could."""
    waits = waited_for(ask, row, one)
    if not waits:
        return "办完了。"
    second = any(each.second for each in chain.steps_at(row, one.state))
    if names or (case_rights.possible(ask.me, row, one, done) and not second):
        return (stands or f"等{waits}。") + (f"已告诉{names}。" if names else "")
    return f"等{waits}，{'要另一位来，' if second else ''}还没有人能收到，请联系管理员登记。"


def shown(ask: Ask, row: Row, paths: list[str], head: str, again: str) -> Reply:
    """The figures of a row, then what is still open, the first due first."""
    found = cases.waiting(ask.db, {row.key: row.waiting}, paths, _MOST_OPEN)
    listed = [f"{place}. {line(ask, row, one)}" for place, one in enumerate(found[:_MOST_LISTED], 1)]
    more = (
        [f"另有 {len(found) - _MOST_LISTED} 件没有办完，发「表 {row.name}」看全部。"]
        if len(found) > _MOST_LISTED
        else []
    )
    nudge_them = [Button("催", "催", again)] if found else []
    return Reply("\n".join([head, *listed, *more]), (*links(found[:3]), *nudge_them, Button("表", "表", again)))


def waiting(ask: Ask) -> list[Waiting]:
    """The cases that wait for the asker, for 待办."""
    return [
        Waiting(one.number, line(ask, row, one).partition(" ")[2], one.changed_at or ask.now,
                Button(one.number, case_waiting.COMMAND, one.number))
        for one, row in case_waiting.found(ask)
    ]  # fmt: skip


def links(found: Iterable[cases.Case]) -> tuple[Button, ...]:
    """A button to the page of each of a list."""
    return tuple(Button(f"看 {place}", case_waiting.COMMAND, one.number) for place, one in enumerate(found, 1))
