"""What a 公告 says where it arrives; whoever does not want any says so once."""

from collections.abc import Sequence

from handlers.kit import MEMBERS, Ask, Button, Due, Reply, Role, Unit
from handlers.registry import command, due
from storage.organisation import units
from storage.people import accounts, people
from storage.reminders import wishes

KIND = "bulletin"
_NONE, _BACK = "不收公告", "恢复"


@due(KIND, letter=False, asks=False)
def say(said: Due) -> Reply:
    """The words, and whose they are."""
    by = people.by_id(said.db, said.payload["by"], said.now).name
    where = units.by_id(said.db, said.payload["unit"]).name
    return Reply(f"公告（{where}，{by}）：\n{said.payload['words']}", (Button(_NONE, _NONE),))


@command(_NONE, who=MEMBERS, group="提醒", listed=False, help="不再收公告", examples=(_NONE, f"{_NONE} {_BACK}"))
def mute(ask: Ask) -> Reply:
    """No bulletins any more, or again."""
    if ask.args == _BACK:
        wishes.unmute(ask.db, ask.me.id, KIND)
        return Reply("好的，公告照常发给您。")
    wishes.mute(ask.db, ask.me.id, KIND, ask.now)
    return Reply("好的，不再给您发公告。提醒照常。", (Button("还是收", _NONE, _BACK),))


def readers(ask: Ask, at: Sequence[Unit]) -> tuple[dict[int, str], int]:
    """(person id → channel of whoever is told, how many of them do not want to be)."""
    there = [each.id for each in people.holding(ask.db, list(Role), [unit.path for unit in at], ask.now)]
    reached = accounts.best(ask.db, [id for id in there if id != ask.me.id])
    wanted = wishes.of(ask.db, reached)
    told = {id: address[0] for id, address in sorted(reached.items()) if not wanted.muted(id, KIND)}
    return told, len(reached) - len(told)
