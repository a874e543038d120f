"""Which of one's own nominations words mean, and how far they are."""

import re
from collections.abc import Mapping

from handlers.catalogue import current
from handlers.kit import Ask, Button, Reply
from handlers.medals import proposals
from handlers.wording import medals, places
from storage.checkins import checkins
from storage.medals import nominations
from storage.medals.states import State

LOOKED_AT = 60
_SHORT = re.compile(r"(?<![\dA-Za-z月./:-])(?:(0\d{1,2}|\d{2})(?![\d.月日人名个号/:-])|(\d{1,2})号(?!队|线|楼))")
_OF_CHECKINS = re.compile(r"签到|打卡|活动|队[会课日]|升旗|祭扫|实到|人数|\d\s*[人名个]")
_ALL = re.compile("都|全部?|所有|刚才")
LISTED = 10
MINE = Button("我的提名", "我的提名")


def meant(ask: Ask, said: Mapping[str, object], whom: str = "name") -> list[nominations.Case]:
    """One's own cases of this unit, medal and nominee, as far as they are named; nothing named: none."""
    unit, medal, name = (str(said.get(key) or "") for key in ("unit", "medal", whom))
    if not (medal or name):
        return []
    unit_id = found.id if unit and (found := places.by_key(ask, unit)) else None
    cases = [
        case
        for case in nominations.of_person(ask.db, ask.me.id, LOOKED_AT)
        if unit_id in (None, case.unit.id) and medal in ("", case.medal)
    ]
    if said.get("collective"):
        return [case for case in cases if case.child_id is None]
    return medals.of_nominee(ask, cases, name) if name else cases


def waiting(ask: Ask) -> list[nominations.Case]:
    """The asker's own that nobody has decided on."""
    return [case for case in nominations.of_person(ask.db, ask.me.id, LOOKED_AT) if case.state is State.SUBMITTED]


def by_short(ask: Ask, cases: list[nominations.Case], text: str) -> list[nominations.Case]:
    """Those of the cases that 02, 02号 or 7号 means: by the end of their number, or by the child's place."""
    if not cases or not (said := _SHORT.search(text)):
        return []
    number = said[1] or said[2]
    ends = [case for case in cases if case.number.endswith(f"-{int(number):02}")]
    child = medals.of_nominee(ask, cases, f"{int(number)}号") if said[2] else []
    # 02 is the number of a case, 7号 rather a child.
    return child or ends


def takes_back(ask: Ask, text: str) -> bool:
    """撤回02, 7号那个撤了, 都撤回: whether what the asker nominated is meant, and no check-in."""
    if ask.person is None or proposals.NOMINATORS.isdisjoint(ask.me.roles) or _OF_CHECKINS.search(text):
        return False
    cases = waiting(ask)
    if not cases or by_short(ask, cases, text):
        return bool(cases)
    last = checkins.newest(ask.db, ask.me.id)
    return bool(_ALL.search(text)) and (last is None or last.made_at is None or last.made_at < cases[0].made_at)


def latest(ask: Ask) -> Reply:
    """The asker's latest cases and how far they are."""
    cases = nominations.of_person(ask.db, ask.me.id, LISTED)
    if not cases:
        return Reply(f"您还没有提名。像这样发：{proposals.resend(ask).partition('：')[2]}")
    return listed(ask, cases, "您最近的提名")


def listed(ask: Ask, cases: list[nominations.Case], head: str) -> Reply:
    """These cases of the asker and how far they are."""
    words = medals.case_lines(ask, cases)
    steps = nominations.last_steps(ask.db, [case.id for case in cases])
    lines = [head]
    for case in cases:
        why = medals.reason_of(ask, steps[case.id].reason) if ask.message.private else ""
        lines.append(f"{case.number} {words[case.id]} {medals.state_of(case)}{f'：{why}' if why else ''}")
    mine = any(case.holder == ask.me.id and case.state is State.SUBMITTED for case in cases)
    how = ["待审的可以撤回，发「撤回提名 编号」；要改就撤回后重新提名。"] if mine else []
    return Reply("\n".join([*lines, *how]))


def reason_stays(ask: Ask, cases: list[nominations.Case]) -> Reply | None:
    """How the reason of what waits is told anew; None where nothing of it waits."""
    case = next((each for each in reversed(cases) if each.state is State.SUBMITTED), None)
    if case is None:
        return None
    about = f"：提名 {medals.case_lines(ask, [case])[case.id]} 〈新的理由〉" if ask.message.private else "。"
    how = f"{case.number} 的理由没有改，审核的老师看到的还是原来的。要改，先撤回，再重新提名{about}"
    return Reply(how, (Button("撤回提名", "撤回提名", case.number),))


def places_of_honour(ask: Ask) -> Reply | None:
    """How many places an honour has that the asker names, 十佳 or 老干部; None where it is another or has none."""
    rows = (row for row in current.catalogue_of(ask.db).rows if row.shape == "case" and (row.caps or row.cap_each))
    row = next((row for row in rows if any(word in ask.args for word in (row.name, *row.words, *row.kinds))), None)
    if row is None:
        return None
    kinds = "、".join(f"{kind} {count}" for kind, count in row.caps.items()) or f"每类 {row.cap_each}"
    look = Button(f"看 {row.name}", "看", row.name)
    return Reply(f"{row.name}的名额：{kinds}。报了几个，发「看 {row.name}」。", (look,))
