"""待收, 同意 R12, 退回 R12: the level above takes a period's report, or gives it back with a reason from a list."""

import re

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import ADMINS, Ask, Button, Denied, Refusal, Reply, Role, Waiting
from handlers.programmes.reports.changes import named
from handlers.registry import command
from handlers.wording import programmes
from storage.base import numbered
from storage.messages import files
from storage.people import accounts
from storage.programmes import reports
from storage.programmes.reports import SUBMITTED, Report

REVIEWERS = ADMINS | {Role.CARE_ADMIN, Role.GROUP_HEAD, Role.STATION_HEAD}
REASONS = ("材料不全", "数字不符", "格式不对", "时间不对", "请补充")
MOST = 5
_DECISIONS = (("收下", "同意"), ("退回", "退回"))


def _in_inbox(ask: Ask) -> list[Waiting]:
    rows = _rows(ask)
    return [
        Waiting(f"R{one.id}", f"{one.unit_name} {programmes.when(rows[one.row], one, ask.today)}{rows[one.row].name}",
                one.made_at or ask.now, Button("看", "待收", f"R{one.id}"))
        for one in for_me(ask)
    ]  # fmt: skip


@command(
    "待收", who=REVIEWERS, group="活动", rank=30, help="看等您收下的上报", examples=("待收",), waits=_in_inbox,
    looks=".*",
)  # fmt: skip
def waiting(ask: Ask) -> Reply:
    """What waits for the asker, the oldest first, with the days it has waited; with a number that one."""
    rows = _rows(ask)
    found = for_me(ask)
    number, _ = numbered.row(ask.args, reports.LETTER) if ask.args else (None, "")
    found = [each for each in found if number in (None, each.id)]
    if not found:
        return Reply("没有等您收下的上报。")
    lines = [_line(ask, rows[each.row], each) for each in found[:MOST]]
    more = f"\n先处理这些，另有 {len(found) - MOST} 件。" if len(found) > MOST else ""
    first = found[0]
    buttons = [Button(f"{word} R{first.id}", order, f"R{first.id}") for word, order in _DECISIONS]
    if files.of(ask.db, ("report_id", first.id)):
        buttons.append(Button(f"看材料 R{first.id}", "照片", f"R{first.id}"))
    return Reply(f"等您收下 {len(found)} 件：\n" + "\n".join(lines) + more, tuple(buttons))


def _rows(ask: Ask) -> dict[str, Row]:
    return {row.key: row for row in current.catalogue_of(ask.db).rows if row.review}


def for_me(ask: Ask) -> list[Report]:
    """The reports that wait for the asker, the oldest first."""
    return [each for each in reports.waiting(ask.db, list(_rows(ask)), ask.me.paths(REVIEWERS)) if _may(ask, each)]


def _line(ask: Ask, row: Row, one: Report) -> str:
    days = (ask.now - one.made_at).days if one.made_at else 0
    waited = f"，等了 {days} 天" if days else ""
    figures = programmes.figures(row, one)
    count = len(files.of(ask.db, ("report_id", one.id)))
    evidence = f"，材料 {count} 个" if count else "，没有附材料" if row.evidence else ""
    when = programmes.when(row, one, ask.today)
    return f"R{one.id} {one.unit_name} {when}{row.name}{waited}，{figures or '已交'}{evidence}"


def _may(ask: Ask, one: Report) -> bool:
    """Whoever holds such a role above the unit, never the one who reported it."""
    above = any(
        one.path.startswith(grant.unit.path) and grant.unit.id != one.unit_id
        for grant in ask.me.grants
        if grant.role in REVIEWERS
    )
    return above and one.person_id != ask.me.id


def _decided(ask: Ask, what: str) -> tuple[Report, Row, str]:
    one, row, rest = named(ask)
    if not _may(ask, one):
        raise Denied(f"{one.unit_name}的{row.name}不由您来{what}，没有改。", what=what, subject=f"report:{one.id}")
    if not row.review:
        raise Refusal(f"{row.name}不用收下，报了就算。")
    if one.state != SUBMITTED:
        state = {"accepted": "已经收下", "returned": "已经退回", "withdrawn": "已经撤回"}.get(one.state, "不用收下")
        raise Refusal(f"R{one.id} {state}，没有再改。")
    return one, row, rest


@command("同意", who=REVIEWERS, group="活动", help="收下一件上报", examples=("同意 R12",), letter=reports.LETTER)
def accept(ask: Ask) -> list[Reply]:
    """The period is signed off: from now on it changes by correction only."""
    one, row, _ = _decided(ask, "收下")
    reports.accept(ask.db, one, ask.me.id, ask.now)
    said = f"{one.unit_name} {programmes.when(row, one, ask.today)}{row.name}"
    return [Reply(f"已收下：{said}", (Button("待收", "待收"),)), *_tell(ask, one, f"{said}已收下。")]


@command(
    "收下", who=REVIEWERS, group="活动", listed=False, help="收下一件上报", examples=("收下 R12",), follows=r"\s*\S"
)
def take_in(ask: Ask) -> list[Reply]:
    """By the word of its button."""
    return accept(ask)


@command(
    "退回", who=REVIEWERS, group="活动", help="退回一件上报", examples=("退回 R12 材料不全",), letter=reports.LETTER
)
def give_back(ask: Ask) -> list[Reply]:
    """It is owed again; without a reason the reasons are offered."""
    one, row, rest = _decided(ask, "退回")
    reason = next((each for each in REASONS if each in re.sub(r"\s", "", rest)), "")
    said = f"{one.unit_name} {programmes.when(row, one, ask.today)}{row.name}"
    if not reason:
        buttons = tuple(Button(each, "退回", f"R{one.id} {each}") for each in REASONS)
        return [Reply(f"退回 {said} 的原因是？还没有退。", buttons)]
    reports.give_back(ask.db, one, reason, ask.me.id, ask.now)
    again = f"{said}被退回：{reason}。改好再发，像这样：更正 R{one.id} {row.example.partition(' ')[2]}"
    return [Reply(f"已退回：{said}（{reason}）", (Button("待收", "待收"),)), *_tell(ask, one, again)]


def _tell(ask: Ask, one: Report, words: str) -> list[Reply]:
    """Whoever reported it hears of the decision, where something reaches them."""
    reached = accounts.best(ask.db, [one.person_id])
    return [Reply(words, to=one.person_id)] if one.person_id in reached else []
