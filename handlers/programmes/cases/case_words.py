"""How a case is said: its line, its page with all that was done, what may be done now and by whom."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from handlers.attendance import attachments
from handlers.catalogue import chain
from handlers.catalogue.calendar import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Reply
from handlers.programmes.cases import case_rights, case_waiting
from handlers.wording import days
from storage.messages import files
from storage.people import accounts, people
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep
from storage.reminders import deliveries

_MOST_STEPS, _MOST_LISTED, _MOST_OPEN = 8, 5, 300
# Days before the last day on which who is waited for is reminded, where the row does not say.
_LEADS = (7, 1)


def about(ask: Ask, row: Row, one: Case) -> str:
    """Whose, which row and kind, and who is put forward: 瑞景辅导站 十佳 老教师 王建国."""
    name = str(ask.vault.open(one.name)) if one.name else ""
    kind = "" if one.kind in ("", row.name) else one.kind
    return " ".join(filter(None, (one.unit_name, row.name, kind, name)))


def told(ask: Ask, row: Row, one: Case) -> str:
    """What it is about, in the words that were kept, and its choices."""
    words = str(ask.vault.open(one.words)) if one.words else ""
    choices = [str(one.figures[each.name]) for each in row.fields if each.type == "choice" and each.name in one.figures]
    return " ".join(filter(None, (words, *choices)))


def state(row: Row, one: Case, today: date) -> str:
    """待整改，12月10日前，超期 2 天."""
    parts = [chain.state_name(one.state)]
    if one.due and not one.closed_at:
        late = (today - one.due).days
        day = ("" if one.due.year == today.year else f"{one.due.year}年") + days.short(one.due)
        parts.append(f"{day}前" if late <= 0 else f"{day}到期，超期 {late} 天")
    return "，".join(parts)


def line(ask: Ask, row: Row, one: Case) -> str:
    """One line of a list."""
    said = told(ask, row, one)
    return f"{one.number} {about(ask, row, one)}，{state(row, one, ask.today)}" + (f"：{said}" if said else "")


def page(ask: Ask, row: Row, one: Case) -> Reply:
    """Everything about it, with a button for each thing that the asker may do now."""
    done = cases.steps(ask.db, one.id)
    names = people.names(ask.db, (each.person_id for each in done))
    lines = [f"{one.number} {about(ask, row, one)}", told(ask, row, one), f"现在：{state(row, one, ask.today)}"]
    if one.state == chain.NOTICE:
        lines.append(f"公示到{days.short(notice_ends(ask, row, done))}")
    lines += [_step(ask, each, names.get(each.person_id, "")) for each in done[-_MOST_STEPS:]]
    count = files.of_case(ask.db, one.id)
    if count:
        lines.append(f"照片和附件 {len(count)} 个")
    who = waited_for(ask, row, one)
    lines.append(f"等{who}。" if who else "")
    shown = (Button("看照片", "照片", one.number),) if count else ()
    return Reply("\n".join(filter(None, lines)), (*buttons(ask, row, one, done), *shown))


def _step(ask: Ask, one: CaseStep, who: str) -> str:
    words = f"：{ask.vault.open(one.words)}" if one.words and one.action != cases.CORRECTED else ""
    return f"· {days.moment(one.at, ask.now.tzinfo)} {who} {one.action}{words}"


def buttons(ask: Ask, row: Row, one: Case, done: Sequence[CaseStep]) -> tuple[Button, ...]:
    """What the asker may do now; a reason may be written in reply to the card."""
    found = case_rights.possible(ask.me, row, one, list(done))
    return tuple(_button(one, each.action) for each in found)


def _button(one: Case, action: str) -> Button:
    return Button(action, case_waiting.COMMAND, f"{one.number} {action}", reply=action == "退回")


def waited_for(ask: Ask, row: Row, one: Case) -> str:
    """Who is to do what next: 学校整改, 上级销号或退回; empty when nobody is waited for."""
    by: dict[str, list[str]] = {}
    for each in chain.steps_at(row, one.state):
        if not each.optional and each.action not in by.setdefault(each.by, []):
            by[each.by].append(each.action)
    return "，".join(f"{_who(one, level)}{'或'.join(actions)}" for level, actions in by.items())


def _who(one: Case, level: str) -> str:
    return one.unit_name if level == case_rights.OWN else level


def now_possible(ask: Ask, row: Row, one: Case) -> str:
    """What can be done in this state at all, by whom: said to a step that cannot be taken."""
    found = [f"{each.action}（{_who(one, each.by)}）" for each in chain.steps_at(row, one.state)]
    return f"现在是「{chain.state_name(one.state)}」" + (f"，可以：{'、'.join(found)}" if found else "，已经办完")


def news(ask: Ask, row: Row, one: Case, what: str, words: str = "") -> tuple[str, list[Reply]]:
    """
    (who was told, the letters): those who are waited for, with buttons, and whoever opened it.

    `what` was done, with these words.
    """
    levels = {each.by: each for each in chain.steps_at(row, one.state) if not each.optional}
    found = [person for by in levels for person in case_rights.deciders(ask.db, by, one.unit, ask.now)]
    done = cases.steps(ask.db, one.id)
    able = {
        person.id: (person.name, steps)
        for person in found
        if person.id != ask.me.id and (steps := case_rights.possible(person, row, one, done))
    }
    reached = accounts.best(ask.db, [*able, one.person_id])
    text = f"{what}：{line(ask, row, one)}" + (f"\n说明：{words}" if words else "")
    letters = [
        Reply(f"{text}\n请{'或'.join(each.action for each in steps)}。",
              tuple(_button(one, each.action) for each in steps), to=id, about=one.number)
        for id, (_, steps) in able.items() if id in reached
    ]  # fmt: skip
    if one.person_id not in (ask.me.id, *able) and one.person_id in reached:
        letters.append(Reply(text, (Button("查看", case_waiting.COMMAND, one.number),), to=one.person_id))
    names = "、".join(dict.fromkeys(name for id, (name, _) in able.items() if id in reached))
    waits = waited_for(ask, row, one)
    if not waits:
        return "办完了。", letters
    if names or case_rights.possible(ask.me, row, one, done):
        return f"等{waits}。" + (f"已告诉{names}。" if names else ""), letters
    return f"等{waits}，还没有人能收到，请联系管理员登记。", letters


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


def links(found: Iterable[Case]) -> tuple[Button, ...]:
    """A button to the page of each of a list."""
    return tuple(Button(f"看 {place}", case_waiting.COMMAND, one.number) for place, one in enumerate(found, 1))


def nudge(ask: Ask, row: Row, paths: list[str]) -> Reply:
    """One notice to each who is waited for in what is open; once a day for each case and person."""
    found = cases.waiting(ask.db, {row.key: row.waiting}, paths, _MOST_OPEN)
    fixed = {"lead": 0, "kind": "case", "day": ask.today, "due_at": ask.now}
    rows = [
        {**fixed, "occurrence": f"case-nudge:{one.id}:{ask.today}", "person_id": person.id,
         "payload": {"id": one.id, "due": str(one.due)}}
        for one in found
        for by in {each.by for each in chain.steps_at(row, one.state) if not each.optional}
        for person in case_rights.deciders(ask.db, by, one.unit, ask.now)
        if person.id != ask.me.id
    ]  # fmt: skip
    new = deliveries.put(ask.db, list({(each["occurrence"], each["person_id"]): each for each in rows}.values()))
    if not found:
        return Reply(f"{row.name}没有没办完的，不用催。")
    return Reply(f"{row.name}有 {len(found)} 件没有办完，" + (f"已发出 {new} 条提醒。" if new else "今天都催过了。"))


def attach(ask: Ask, one: Case) -> int:
    """What came with the message is evidence of this case; how many there are."""
    attachments.keep(ask, None, case_id=one.id)
    return attachments.photos(ask)


def remind(ask: Ask, row: Row, one: Case) -> None:
    """Whoever is waited for is reminded before the day, whoever opened it as well the day after."""
    if one.due is None:
        return
    waited = {each.by for each in chain.steps_at(row, one.state) if not each.optional}
    ids = {person.id for by in waited for person in case_rights.deciders(ask.db, by, one.unit, ask.now)}
    morning = ask.now.replace(hour=8, minute=10, second=0, microsecond=0)
    rows = [
        {
            "occurrence": f"case:{one.id}:{one.due}", "lead": lead, "person_id": id, "kind": "case", "day": one.due,
            "due_at": morning + (one.due - timedelta(lead) - ask.today),
            "payload": {"id": one.id, "due": str(one.due)},
        }
        for lead in (*(row.remind or _LEADS), -1)
        for id in (ids | {one.person_id} if lead < 0 else ids)
        if one.due - timedelta(lead) > ask.today
    ]  # fmt: skip
    deliveries.put(ask.db, rows)


def notice_ends(ask: Ask, row: Row, done: Sequence[CaseStep]) -> date:
    """The last day of the public notice of a case that stands in it."""
    ran: list[tuple[date, date | None]] = []
    for each in done:
        day = each.at.astimezone(ask.now.tzinfo).date()
        if ran and ran[-1][1] is None:
            ran[-1] = (ran[-1][0], day)
        if each.state == chain.NOTICE:
            ran.append((day, None))
    return chain.notice_ends(row.notice, calendar_of(ask.db).workdays, ran)
