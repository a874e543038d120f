"""A case is opened by what names its row, 督导 实验小学 队室没有队旗 12月10日前整改; what is missing is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.attendance import attachments
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Unit
from handlers.programmes.cases import (
    case_changes,
    case_limits,
    case_places,
    case_reading,
    case_waiting,
    case_words,
)
from handlers.registry import reads
from handlers.wording import programmes, questions


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was said of which row, and what was asked about it."""

    row: str
    said: str
    asked: str


MISSING = questions.Question(
    "case", _Asked, undone="还没有立。", asks="{asked}\n不办了，发「取消」。", dropped="好的，没有立。",
    ended_by=frozenset({"case", "report"}),
)  # fmt: skip


@reads("case")
def take(ask: Ask) -> Sequence[Reply]:
    """A text that begins with a word of a row whose cases the asker opens, or puts somebody forward for one."""
    return together([open_case(ask, row, said) for row, said in programmes.cases_in(ask, ask.args)])


def together(opened: Sequence[Sequence[Reply]]) -> Sequence[Reply]:
    """What is said of several at once: one answer that takes all of them back, and the letters about each."""
    if len(opened) == 1:
        return opened[0]
    letters = [letter for replies in opened for letter in replies[1:]]
    text = "\n".join(replies[0].text for replies in opened)
    undo = [button for replies in opened for button in replies[0].buttons if button.word == case_waiting.COMMAND]
    if len(undo) < len(opened):
        asked = next(replies for replies in opened if not any(each in undo for each in replies[0].buttons))
        raise Refusal(f"{asked[0].text}\n一个也没有立，请补上再发一次。")
    numbers = [each.args.partition(" ")[0] for each in undo]
    return [Reply(text, (replace(undo[0], args=" ".join([numbers[0], "撤回", *numbers[1:]])),)), *letters]


@questions.answers(MISSING)
def complete(ask: Ask, known: _Asked) -> Sequence[Reply] | None:
    """The answer, read together with what was said; None for another message."""
    row = programmes.row_of(ask, known.row)
    if row is None or len(ask.args) > 200 or programmes.cases_in(ask, ask.args):
        return None
    if case_places.is_another(ask):
        return None
    return open_case(ask, row, f"{known.said} {ask.args}")


def open_case(ask: Ask, row: Row, said: str) -> Sequence[Reply]:
    """Keep it, tell whoever is waited for; asks for what is missing."""
    if not programmes.may_open(ask.me, row):
        who = f"由{'、'.join(row.at)}来报" if row.kinds else "不由您来立"
        raise Denied(f"{row.name}{who}，没有记录。发「上报」看您能报什么。", what="立", subject=row.key)
    try:
        at, rest = case_places.units_in(ask, row, said)
        told = case_reading.read(row, rest, ask.today, at[0].name)
        if case_reading.is_nobody(told):
            return [Reply(f"好的，{row.name}这次没有，什么都没有立。")]
        told = case_reading.complete(row, told, lambda name: case_places.is_somebody(ask, at, name))
    except case_reading.Missing as missing:
        MISSING.put(ask, _Asked(row.key, said, missing.asked))
        return [Reply(missing.asked, tuple(Button(each, answer=each) for each in missing.choices))]
    for unit in at:
        case_reading.check_unit(row, told.kind, unit)
    if told.name and not ask.may_name:
        raise Refusal("姓名请私聊发给我，不发在群里，也不发在存到境外的平台上。没有立。")
    opened = [_opened(ask, row, unit, told) for unit in at]
    return together(opened)


def _opened(ask: Ask, row: Row, unit: Unit, told: case_reading.Told) -> list[Reply]:
    one = case_changes.add(ask, row, unit, told)
    attachments.keep(ask, ("case_id", one.id))
    after, letters = case_words.news(ask, row, one, "新的一件")
    over = case_limits.over(ask, row, one)
    lines = [f"已立 {case_words.line(ask, row, one)}", told.cut, over, after]
    undo = (case_words.button(one, "撤回"), *((case_limits.another(one),) if over else ()))
    return [Reply("\n".join(filter(None, lines)), undo), *letters]
