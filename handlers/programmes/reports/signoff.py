"""待收, 同意 R12, 退回 R12: level by level takes a period's report, or gives it back with a reason from a list."""

import re

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Waiting
from handlers.programmes import signing
from handlers.programmes.reports.changes import named
from handlers.registry import command
from handlers.wording import programmes
from storage.base import numbered
from storage.messages import files
from storage.people import accounts
from storage.programmes import reports

REASONS = ("材料不全", "数字不符", "格式不对", "时间不对", "请补充")
MOST = 5
_DECISIONS = (("收下", "同意"), ("退回", "退回"))


def _in_inbox(ask: Ask) -> list[Waiting]:
    rows = _rows(ask)
    return [
        Waiting(f"R{one.id}", f"{one.unit_name} {programmes.when(rows[one.row], one, ask.today)}{rows[one.row].name}",
                one.made_at or ask.now, Button("看", "待收", f"R{one.id}"))
        for one in (each.one for each in for_me(ask))
    ]  # fmt: skip


@command(
    "待收", who=signing.REVIEWERS, group="活动", rank=30, help="看等您收下的上报", examples=("待收",), waits=_in_inbox,
    looks=".*",
)  # fmt: skip
def waiting(ask: Ask) -> Reply:
    """What waits for the asker, the oldest first, with the days it has waited; with a number that one."""
    rows = _rows(ask)
    found = for_me(ask)
    number, _ = numbered.row(ask.args, reports.LETTER) if ask.args else (None, "")
    found = [each for each in found if number in (None, each.one.id)]
    if not found:
        return Reply("没有等您收下的上报。")
    lines = [_line(ask, rows[each.one.row], each) for each in found[:MOST]]
    more = f"\n先处理这些，另有 {len(found) - MOST} 件。" if len(found) > MOST else ""
    first = found[0].one
    buttons = [Button(f"{word} R{first.id}", order, f"R{first.id}") for word, order in _DECISIONS]
    if files.of(ask.db, ("report_id", first.id)):
        buttons.append(Button(f"看材料 R{first.id}", "照片", f"R{first.id}"))
    return Reply(f"等您收下 {len(found)} 件：\n" + "\n".join(lines) + more, tuple(buttons))


def _rows(ask: Ask) -> dict[str, Row]:
    return {row.key: row for row in current.catalogue_of(ask.db).rows if row.review}


def for_me(ask: Ask) -> list[signing.Turn]:
    """The reports that wait for the asker, the oldest first."""
    rows = _rows(ask)
    by_row: dict[str, list[reports.Report]] = {}
    for one in reports.waiting(ask.db, list(rows), signing.paths(ask)):
        by_row.setdefault(one.row, []).append(one)
    found = [turn for key, told in by_row.items() for turn in signing.turns(ask, rows[key], told)]
    return sorted(
        (turn for turn in found if signing.takes(ask, turn)),
        key=lambda turn: (turn.one.made_at or ask.now, turn.one.id),
    )


def _line(ask: Ask, row: Row, turn: signing.Turn) -> str:
    one = turn.one
    days = (ask.now - one.made_at).days if one.made_at else 0
    waited = f"，等了 {days} 天" if days else ""
    figures = programmes.figures(row, one)
    count = len(files.of(ask.db, ("report_id", one.id)))
    evidence = f"，材料 {count} 个" if count else "，没有附材料" if row.evidence else ""
    taken = f"，{'、'.join(turn.taken)}已收下" if turn.taken else ""
    when = programmes.when(row, one, ask.today)
    return f"R{one.id} {one.unit_name} {when}{row.name}{waited}，{figures or '已交'}{evidence}{taken}"


def _decided(ask: Ask, what: str) -> tuple[signing.Turn, Row, str]:
    one, row, rest = named(ask)
    [turn] = signing.turns(ask, row, [one])
    if row.review and one.state == reports.SUBMITTED and not signing.takes(ask, turn):
        whose = f"现在等{turn.level}收下，" if turn.taken or turn.after else ""
        words = f"{one.unit_name}的{row.name}{whose}不由您来{what}，没有改。"
        raise Denied(words, what=what, subject=f"report:{one.id}")
    if not any(one.path.startswith(path) for path in signing.paths(ask)):
        raise Denied(f"{one.unit_name}的{row.name}不由您来{what}，没有改。", what=what, subject=f"report:{one.id}")
    if not row.review:
        raise Refusal(f"{row.name}不用收下，报了就算。")
    if one.state != reports.SUBMITTED:
        state = {"accepted": "已经收下", "returned": "已经退回", "withdrawn": "已经撤回"}.get(one.state, "不用收下")
        raise Refusal(f"R{one.id} {state}，没有再改。")
    return turn, row, rest


@command(
    "同意", who=signing.REVIEWERS, group="活动", help="收下一件上报", examples=("同意 R12",), letter=reports.LETTER
)
def accept(ask: Ask) -> list[Reply]:
    """Once the last level has taken it the period is signed off: from now on it changes by correction only."""
    turn, row, _ = _decided(ask, "收下")
    one = turn.one
    (reports.sign if turn.after else reports.accept)(ask.db, one, ask.me.id, ask.now)
    said = f"{one.unit_name} {programmes.when(row, one, ask.today)}{row.name}"
    then = f"，还等{turn.after}收下" if turn.after else ""
    by = f"：{turn.level}" if len(turn.levels) > 1 else ""
    return [Reply(f"已收下：{said}{then}", (Button("待收", "待收"),)), *_tell(ask, one, f"{said}{by}已收下{then}。")]


@command(
    "收下",
    who=signing.REVIEWERS,
    group="活动",
    listed=False,
    help="收下一件上报",
    examples=("收下 R12",),
    follows=r"\s*\S",
)
def take_in(ask: Ask) -> list[Reply]:
    """By the word of its button."""
    return accept(ask)


@command(
    "退回",
    who=signing.REVIEWERS,
    group="活动",
    help="退回一件上报",
    examples=("退回 R12 材料不全",),
    letter=reports.LETTER,
)
def give_back(ask: Ask) -> list[Reply]:
    """It is owed again; without a reason the reasons are offered."""
    turn, row, rest = _decided(ask, "退回")
    one = turn.one
    reason = next((each for each in REASONS if each in re.sub(r"\s", "", rest)), "")
    said = f"{one.unit_name} {programmes.when(row, one, ask.today)}{row.name}"
    if not reason:
        buttons = tuple(Button(each, "退回", f"R{one.id} {each}") for each in REASONS)
        asks = "的原因要在下面选一个，还没有退。别的话请另外告诉对方。" if rest.strip() else "的原因是？还没有退。"
        return [Reply(f"退回 {said} {asks}", buttons)]
    reports.give_back(ask.db, one, reason, ask.me.id, ask.now)
    again = f"{said}被退回：{reason}。改好再发，像这样：{_again(row, one)}"
    return [Reply(f"已退回：{said}（{reason}）", (Button("待收", "待收"),)), *_tell(ask, one, again)]


def _again(row: Row, one: reports.Report) -> str:
    """How a report that was given back is told anew."""
    return f"更正 R{one.id} {row.example.partition(' ')[2]}" if row.asked else f"{one.unit_name} {row.example}"


def _tell(ask: Ask, one: reports.Report, words: str) -> list[Reply]:
    """Whoever reported it hears of the decision, where something reaches them."""
    reached = accounts.best(ask.db, [one.person_id])
    return [Reply(words, to=one.person_id)] if one.person_id in reached else []
