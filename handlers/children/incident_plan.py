"""The plan of a leak: the steps by when, whom to tell, how far it is, and the reminder of what is not done in time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from unicodedata import normalize

from handlers.kit import Ask, Button, Due, Refusal, Reply, Role, Unit
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.registry import due
from handlers.wording import days
from storage.children import children, incidents
from storage.people import people
from storage.reminders import deliveries

IN_CHARGE = frozenset({Role.SCHOOL_ADMIN, Role.DATA_OFFICER, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN})
# Who works through the page; those above are told, and may look.
_AT_WORK = (Role.SCHOOL_ADMIN, Role.DATA_OFFICER)
_PLACE = rf"(?:第|步骤)?\s*(\d{{1,2}}|[{CHINESE}]{{1,2}})\s*步?"
_DID = r"(?:已经?)?(?:完成?|做[完好])了?"
_DONE = re.compile(rf"的?\s*(?:{_DID}\s*{_PLACE}|{_PLACE}\s*{_DID})")
# 完成 1, 第一步做完了, 01, 上一件结案: what is said of a leak that is known, without its number.
_WORK = re.compile(rf"^结案|结案$|{_DONE.pattern}|^(?=.*\d)(?:[^\u4e00-\u9fff]|[第步编号的])+$")
# A character that is more than a number.
_SAYS = re.compile("[\u4e00-\u9fff](?<![第步编号零〇一二三四五六七八九十])")
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class _Step:
    """What to do, and within how many hours: our own plan, the law says 立即 and 及时."""

    key: str
    hours: int
    what: str


STEPS = (
    _Step("stop", 1, "止损：停用有关的账号和角色（发「免去」），换令牌和密钥，收回设备和文件"),
    _Step("inform", 2, "报告本单位负责人和数据保护员，定一个人牵头"),
    _Step("find-out", 24, "查清：什么信息、多少孩子、谁看到了（请信息技术老师导出审计日志），保留证据"),
    _Step("authorities", 24, "报告教育局和网信部门；可能犯罪的，报公安"),
    _Step("guardians", 72, "逐一告知有关家长：出了什么事、可能的危害、已做的补救、家长可以做什么、联系人"),
    _Step("review", 720, "复盘：补上漏洞，更新影响评估，材料存档三年"),
)


def is_work(words: str) -> bool:
    """Whether this is said of a leak that is known, and its number is left out: 完成 1, 结案."""
    return _WORK.search(normalize("NFKC", words)) is not None


def tells(words: str) -> bool:
    """Whether this says what happened: signs, letters and numbers alone (X?, X二〇二六) do not."""
    return len(_SAYS.findall(words)) > 1


def ticked(words: str) -> str | None:
    """The number, as it is written, of the step that is said to be done."""
    done = _DONE.fullmatch(normalize("NFKC", words))
    return (done[1] or done[2]) if done else None


def tick_off(ask: Ask, one: incidents.Incident, said: str) -> None:
    """The step with this number is done; raises Refusal when there is none."""
    place = value_of(said)
    if place is None or not 1 <= place <= len(STEPS):
        raise Refusal(f"一共 {len(STEPS)} 步，没有第 {said} 步。")
    incidents.do(ask.db, one, STEPS[place - 1].key, ask.me.id, ask.now)


def left(ask: Ask, one: incidents.Incident) -> list[int]:
    """The numbers of the steps that are not done."""
    done = incidents.done(ask.db, one)
    return [place for place, step in enumerate(STEPS, 1) if step.key not in done]


def shown(ask: Ask, one: incidents.Incident, to: int | None = None) -> Reply:
    """The page of a leak."""
    return Reply(_page(ask, one), _buttons(ask, one), to=to)


def _page(ask: Ask, one: incidents.Incident) -> str:
    done = incidents.done(ask.db, one)
    what = str(ask.vault.open(one.what)) if one.what else ""
    lines = [f"泄露事件 {one.number}：{one.unit.name}，{days.moment(one.opened_at, ask.now.tzinfo)} 报告", what]
    for place, step in enumerate(STEPS, 1):
        by, until = done.get(step.key), one.opened_at + timedelta(hours=step.hours)
        state = f"{days.moment(until, ask.now.tzinfo)} 前{'，已过' if ask.now > until else ''}"
        state = f"{by[0]} {days.moment(by[1], ask.now.tzinfo)} 已做" if by else state
        lines.append(f"{place}. [{state}] {step.what}")
    lines += ["要告诉的人：", *_whom_to_tell(ask, one.unit)]
    if not one.closed_at:
        lines.append(f"做完一步发「泄露 {one.number} 完成 1」；全部做完发「泄露 {one.number} 结案」。")
    return "\n".join(filter(None, lines))


def _whom_to_tell(ask: Ask, at: Unit) -> Iterator[str]:
    for person in people.above(ask.db, IN_CHARGE, at, ask.now):
        roles = "、".join(grant.role.label for grant in person.grants if grant.role in IN_CHARGE)
        if roles:
            yield f"· {person.name}（{roles}）"
    yield "· 教育局、网信部门"
    named = children.by_unit(ask.db, [at.path])
    if named:
        counselors = people.holding(ask.db, [Role.COUNSELOR], [at.path], ask.now)
        who = [f"{g.unit.name}{p.name}" for p in counselors for g in p.grants if g.unit.id in named][:_MOST_NAMES]
        yield f"· 家长：这里存有 {sum(named.values())} 位孩子的姓名，由辅导员联系：{'、'.join(who) or '请指定人联系'}"


def _buttons(ask: Ask, one: incidents.Incident) -> tuple[Button, ...]:
    if one.closed_at:
        return ()
    words = [f"完成 {place}" for place in left(ask, one)[:3]] or ["结案"]
    return tuple(Button(word, "泄露", f"{one.number} {word}") for word in words)


def lay_out(ask: Ask, one: incidents.Incident) -> None:
    """Whoever works through it is reminded at the end of each step's time, if it is not done by then."""
    who = [person.id for person in people.above(ask.db, _AT_WORK, one.unit, ask.now) if person.grants]
    rows = []
    for step in STEPS:
        at = one.opened_at + timedelta(hours=step.hours)
        row = {"occurrence": f"incident:{one.id}:{step.key}", "lead": 0, "kind": "incident", "day": ask.today}
        payload = {"number": one.number, "step": step.key}
        rows += [{**row, "person_id": person_id, "due_at": at, "payload": payload} for person_id in who]
    deliveries.put(ask.db, rows)


@due("incident", letter=False, asks=False)
def remind(said: Due) -> Reply | None:
    """The time of a step is over and it is not done."""
    one = incidents.by_number(said.db, said.payload["number"])
    if one is None or one.closed_at or said.payload["step"] in incidents.done(said.db, one):
        return None
    if not any(each.covers(one.unit) for each in said.person.units(IN_CHARGE)):
        return None
    place, step = next((n, each) for n, each in enumerate(STEPS, 1) if each.key == said.payload["step"])
    return Reply(
        f"泄露事件 {one.number} 的第 {place} 步到时间了，还没有记完成：{step.what}",
        (Button(f"完成 {place}", "泄露", f"{one.number} 完成 {place}"), Button("看全部", "泄露", one.number)),
    )
