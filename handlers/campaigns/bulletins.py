"""公告: an admin's words to everybody below, once a day."""

import re
from dataclasses import dataclass

from handlers.campaigns import bulletin_letters
from handlers.catalogue.loader import calendar_of
from handlers.kit import ADMINS, Ask, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.registry import command
from handlers.wording import names, places, questions
from storage.base.words import Cleared
from storage.organisation import units
from storage.reminders import deliveries

_WORD = "公告"
# More are told by their own counties; a bulletin is read on a phone.
_MOST_PEOPLE, _LONGEST = 10_000, 300
# 育红小学 周五交计划, 给育红小学：周五交计划
_TO = re.compile(r"(?:发?给)?([^\s，,：:]+)[\s，,：:]+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Bulletin:
    """What is to be said, at and below which units."""

    words: Cleared
    unit_ids: list[int]


CONFIRM = questions.Question(
    "bulletin", _Bulletin, undone="公告还没有发出。", dropped="好的，没有发。", yes="发出", no="不发", final=True,
)  # fmt: skip


@command(
    _WORD, who=ADMINS, group="活动", rank=24, help="给下面的每位老师发一段话，一天一次",
    examples=("公告 明天下午三点在大礼堂开辅导员例会", "公告 实验小学 周五交少先队计划"),
)  # fmt: skip
def write(ask: Ask) -> Reply:
    """Show what would be said to how many; nothing goes before a yes."""
    if not ask.message.private:
        raise Refusal("请私聊我发公告。")
    at, said = _to(ask)
    if not said:
        raise Refusal("请写上要说的话，像这样发：公告 明天下午三点在大礼堂开辅导员例会")
    if len(said) > _LONGEST:
        raise Refusal(f"公告最多 {_LONGEST} 字，现在 {len(said)} 字。请短一点再发，细节请发在文件里。")
    words = gate.cleared(said)
    if not words:
        raise Refusal("公告里只有不能写下来的内容（姓名、号码、病情），没有留下话。请改好再发。")
    _check_once(ask)
    told, muted = bulletin_letters.readers(ask, at)
    if not told:
        raise Refusal("下面还没有能收到的老师。请老师加入，发「谁还没加入」看名单。")
    if len(told) > _MOST_PEOPLE:
        raise Refusal(f"有 {len(told)} 位老师，太多了。请由区县分别发。")
    warning = names.privacy_warning(gate.found_in(said))
    without = f"（另有 {muted} 位不收公告）" if muted else ""
    lines = [warning, f"会发给 {places.title(ask, at)} {len(told)} 位老师{without}：", words, "发出吗？"]
    buttons = CONFIRM.put(ask, _Bulletin(words, [unit.id for unit in at]))
    return Reply("\n".join(filter(None, lines)), buttons)


@questions.answers(CONFIRM)
def publish(ask: Ask, known: _Bulletin) -> Reply:
    """What was shown goes to everybody, by day."""
    at = [units.by_id(ask.db, unit_id) for unit_id in known.unit_ids]
    mine = [unit for unit in at if any(top.covers(unit) for top in places.scope(ask.me, ADMINS))]
    if len(mine) < len(at):
        raise Refusal("您现在不管这些单位了，没有发。")
    _check_once(ask)
    told, _ = bulletin_letters.readers(ask, mine)
    due_at = calendar_of(ask.db).awake(ask.now)
    row = {"occurrence": _occurrence(ask), "lead": 0, "kind": bulletin_letters.KIND, "day": ask.today, "due_at": due_at}
    row["payload"] = {"words": known.words, "by": ask.me.id, "unit": mine[0].id}
    count = deliveries.put(ask.db, [{**row, "person_id": id, "channel": channel} for id, channel in told.items()])
    later = f"，早上 {due_at:%H:%M} 送到" if due_at > ask.now else ""
    return Reply(f"公告发给 {count} 位老师{later}。今天不能再发了。")


def _to(ask: Ask) -> tuple[list[Unit], str]:
    """(the units, the words): all of the asker's, or the one that the first word names."""
    top = places.scope(ask.me, ADMINS)
    to = _TO.fullmatch(ask.args.strip())
    named = places.named(ask, top, to[1]) if to else []
    return (named, to[2]) if to and len(named) == 1 else (top, ask.args.strip())


def _check_once(ask: Ask) -> None:
    if deliveries.is_there(ask.db, _occurrence(ask)):
        raise Refusal("今天已经发过一次公告了，明天再发。急的请打电话，或在群里说。")


def _occurrence(ask: Ask) -> str:
    return f"{bulletin_letters.KIND}:{ask.me.id}:{ask.today}"
