"""Files that leave: what for is asked, who and when stands in the file, the audit log holds it; for every command."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers import rights
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.registry import Command
from handlers.wording import days, questions
from storage.audit.audit import Action
from storage.organisation import units

# The log keeps it for years, open: so it is chosen.
PURPOSES = ("核对名单", "上级检查", "汇总上报", "留底存档", "其他用途")
# What else of a recipe's values the log holds: words of the calendar and of the catalogue.
_NOTED = ("week", "period", "row", "medals", "mask")
_GOES = "导出已记入审计日志。一天以后，平台允许的话，文件会从聊天里收回，请及时保存。"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The command that makes the file; it is called again, so that rights count as of then."""

    word: str
    args: str


WHY = questions.Question(
    "export", _Wanted, undone="文件还没有做。", dropped="好的，没有导出。",
    asks=f"这份文件做什么用？请选一个：{'、'.join(PURPOSES)}。用途会记进审计日志，也写在文件里。",
)  # fmt: skip


def of(ask: Ask, command: Command) -> Sequence[Reply]:
    """What a command that exports answers, once it has been said what for: as the last word, or when asked."""
    purpose = next((each for each in PURPOSES if ask.args.endswith(each)), "")
    wanted = _Wanted(command.words[0], ask.args.removesuffix(purpose).rstrip(" ,，"))
    savepoint = ask.db.begin_nested()
    [answer] = ask.answered(command, wanted.args)
    replies = [answer] if isinstance(answer, Reply) else answer
    if not purpose and any(each.file and not each.file.plain for each in replies):
        # What it made for the file, as codes, is made when it is known what for.
        savepoint.rollback()
        WHY.put(ask, wanted)
        return [Reply(WHY.asks, tuple(Button(each, answer=each) for each in PURPOSES))]
    savepoint.commit()
    if any(each.file for each in replies):
        rights.spend(ask, "exports")
    return [_marked(ask, wanted.word, each, purpose) for each in replies]


@questions.answers(WHY)
def because(ask: Ask, known: _Wanted) -> Sequence[Reply] | None:
    """What the file is for; anything else is no answer."""
    command = next((each for each in ask.features if each.words[0] == known.word and each.allows(ask.person)), None)
    purpose = _purpose(ask.args)
    if command is None or not purpose:
        return None
    try:
        return of(replace(ask, args=f"{known.args} {purpose}".strip()), command)
    except Refusal as refusal:
        # It was said what for: there is nothing else to answer.
        refusal.ends_question = True
        raise


def _purpose(said: str) -> str:
    """存档, 检查用, 其他: the one purpose that is called so; empty: none is."""
    part = said.strip(" 。.!！").removesuffix("用")
    found = [each for each in PURPOSES if len(part) > 1 and part in each]
    return found[0] if len(found) == 1 else ""


def _marked(ask: Ask, word: str, reply: Reply, purpose: str) -> Reply:
    file = reply.file
    if file is None:
        return reply
    ids = file.values.get("unit_ids", ())
    about = {name: file.values[name] for name in _NOTED if name in file.values}
    at = units.by_id(ask.db, ids[0]) if ids else None
    ask.note(Action.EXPORTED, at, what=word, form=file.recipe, why=purpose, units=len(ids), **about)
    # A plain one may well be passed on.
    why = "" if file.plain else f"，用途：{purpose}。请勿转发"
    marked = replace(file, mark=f"{ask.me.name} {days.stamp(ask.now)} 导出{why}")
    return replace(reply, text=reply.text if file.plain else f"{reply.text}\n{_GOES}", file=marked)
