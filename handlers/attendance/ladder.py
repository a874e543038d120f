"""What a level hears of reports that are missing below it: who came after a reminder, who did not, who never joined."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from handlers.kit import ADMINS, Button, Due, Role, Unit
from handlers.wording import numbers
from storage.people import accounts, people
from storage.reminders import deliveries, wishes

SEEN = "知道了"
_MOST, _MOST_INVITED = 8, 2


@dataclass(frozen=True, slots=True)
class Below:
    """A unit that owes a report; `path` is where it stands in the tree."""

    id: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Rung:
    """The words, and the buttons."""

    text: str
    buttons: tuple[Button, ...]


def rung(
    due: Due, at: Sequence[Unit], done: Iterable[Below], left: Sequence[Below], roles: Collection[Role], known: int
) -> Rung:
    """
    提醒后已报 9，还差 3（1 家没人加入）：三(1)中队…; whoever never joined is named with the way to their code.

    `roles` are those of whoever reports; `left` must not be empty; `known` more are missing, of which a level between
    has said 知道了.
    """
    holders: dict[int, set[int]] = {}
    for person in people.holding(due.db, roles, [unit.path for unit in at], due.now):
        for grant in person.grants:
            holders.setdefault(grant.unit.id, set()).add(person.id)
    told = deliveries.ever_told(due.db, due.occurrence)
    after = sum(not holders.get(each.id, set()).isdisjoint(told) for each in done)
    lost, why = _unheard(due, [(each, holders.get(each.id, set())) for each in left])
    names = numbers.listed([each.name for each in left], _MOST)
    invite = tuple(Button(f"邀请 {each.name}", "邀请", f"中队辅导员 {each.name}") for each in lost[:_MOST_INVITED])
    counted = f"{len(left)}（{why}）" if why else len(left)
    text = f"提醒后已报 {after}，还差 {counted}：{names}" + (f"（另有 {known} 个，下一级说知道了）" if known else "")
    return Rung(text, (Button(SEEN, SEEN, due.occurrence), *(invite if Role.COUNSELOR in roles else ())))


def _unheard(due: Due, left: Sequence[tuple[Below, set[int]]]) -> tuple[list[Below], str]:
    """(those of whose people nobody has joined; how many these are, and those whom no reminder reached)."""
    owing = {id for _, ids in left for id in ids}
    reached, joined, wishing = accounts.best(due.db, owing), accounts.joined(due.db, owing), wishes.of(due.db, owing)
    muted = {id for id in reached if wishing.muted(id, due.occurrence)}
    lost = [each for each, ids in left if ids.isdisjoint(joined)]
    dead = [each for each, ids in left if ids & joined and ids.isdisjoint(reached)]
    quiet = [each for each, ids in left if ids & muted and ids & reached.keys() <= muted]
    counted = ((lost, "没人加入"), (dead, "收不到消息"), (quiet, "不要这件事的提醒"))
    return lost, "，".join(f"{len(found)} 个{words}" for found, words in counted if found)


def unseen(due: Due, at: Sequence[Unit], left: Iterable[Below]) -> list[Below]:
    """Those of the missing of which nobody on a level between has said 知道了: that stops the ladder there."""
    seen = (people.by_id(due.db, id, due.now) for id in wishes.seen(due.db, due.occurrence) - {due.person.id})
    told = (grant.unit for person in seen for grant in person.grants if grant.role in ADMINS)
    known = [unit.path for unit in told if any(each.covers(unit) and each.id != unit.id for each in at)]
    return [each for each in left if not each.path.startswith(tuple(known))] if known else list(left)
