"""更正, 撤回, 恢复, 照片 of a case: what was said before is kept; only what nobody has worked on is taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, File, Refusal, Reply
from handlers.programmes import case_intake, case_rights, case_words
from handlers.registry import renders
from storage.audit.audit import Action
from storage.messages import files
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep

_ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
_MOST_FILES = 9


def _correct(ask: Ask, row: Row, one: Case, words: str) -> Sequence[Reply]:
    """What is said takes the place of what was; a case that was sent back is put forward again."""
    _own(ask, row, one, "更正")
    worked = any(each.level for each in cases.steps(ask.db, one.id))
    if one.closed_at and one.state != chain.RETURNED:
        raise Refusal(f"{one.number} 已经办完，不能再改。")
    if row.kinds and worked and one.state != chain.RETURNED:
        raise Refusal(f"{one.number} 已经有人审过，没有改。要改，请先请审的人退回。")
    if not words:
        raise Refusal(f"要改成什么？没有改。像这样发：更正 {one.number} 新的说明或日期")
    new = case_intake.corrected(ask, row, one, words)
    state = chain.first(row) if one.state == chain.RETURNED else one.state
    closed = None if one.state == chain.RETURNED else one.closed_at
    was = case_words.line(ask, row, one)
    cases.revise(ask.db, one, replace(new, state=state, closed_at=closed), ask.me.id, ask.now)
    now = replace(new, state=state, closed_at=closed)
    if one.state == chain.RETURNED:
        now = case_intake.pass_over(ask, row, now, own=True)
    case_words.remind(ask, row, now)
    after, letters = case_words.news(ask, row, now, "更正了")
    return [Reply(f"已更正：{was}\n→ {case_words.line(ask, row, now)}\n{after}"), *letters]


def _withdraw(ask: Ask, row: Row, one: Case, _: str) -> Sequence[Reply]:
    """Taken back, as long as nobody else has worked on it."""
    _own(ask, row, one, "撤回")
    if one.state == chain.WITHDRAWN:
        return [Reply(f"{one.number} 早已撤回，没有再改。")]
    if any(each.level for each in cases.steps(ask.db, one.id)):
        raise Refusal(f"{one.number} 已经有人办过，不能撤回。{case_words.now_possible(ask, row, one)}。")
    return [_moved(ask, row, one, "撤回", chain.WITHDRAWN, Button("恢复", case_words.COMMAND, f"{one.number} 恢复"))]


def _restore(ask: Ask, row: Row, one: Case, _: str) -> Sequence[Reply]:
    """What was taken back is as it was before."""
    _own(ask, row, one, "恢复")
    if one.state != chain.WITHDRAWN:
        return [Reply(f"{one.number} 没有撤回过，不用恢复。")]
    before = str(cases.steps(ask.db, one.id)[-1].before["state"])
    return [_moved(ask, row, one, "恢复", before, Button("撤回", case_words.COMMAND, f"{one.number} 撤回"))]


def _moved(ask: Ask, row: Row, one: Case, what: str, state: str, undo: Button) -> Reply:
    step = CaseStep(ask.me.id, what, state, "", None, ask.now)
    cases.move(ask.db, one, step, chain.is_closed(row, state))
    closes = ((one.number, f"{ask.me.name}已{what}"),)
    return Reply(f"已{what} {case_words.line(ask, row, replace(one, state=state))}", (undo,), closes=closes)


def _own(ask: Ask, row: Row, one: Case, what: str) -> None:
    if one.person_id != ask.me.id and not case_rights.may_open(ask.me, row, one.unit):
        words = f"{one.number} 由立的人来{what}，没有改。{case_words.now_possible(ask, row, one)}。"
        raise Denied(words, what=what, subject=f"case:{one.number}")


def _show(ask: Ask, row: Row, one: Case, _: str) -> Sequence[Reply]:
    """The photos and documents, in private and where it does not leave the country: children may be on them."""
    if not ask.may_name:
        raise Refusal("照片里可能有孩子，请在企业微信里私聊看。")
    found = [each for each in files.of_case(ask.db, one.id) if each[1] == "stored"][-_MOST_FILES:]
    if not found:
        raise Refusal(f"{one.number} 还没有能看的照片或附件。刚发的，过一会儿再看。")
    ask.note(Action.EXPORTED, one.unit, subject=f"case:{one.number}", what="照片", files=len(found))
    return [
        Reply(f"{one.number} 第 {place} 个，共 {len(found)} 个", file=_file(one, place, id, mime))
        for place, (id, _, mime) in enumerate(found, 1)
    ]


def _file(one: Case, place: int, file_id: int, mime: str) -> File:
    ending = _ENDINGS.get(mime, "xlsx" if "sheet" in mime else "docx")
    return File(f"{one.number}-{place}.{ending}", "kept-file", {"file_id": file_id})


@renders("kept-file")
def kept_file(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A photo or document as it was kept."""
    name = files.hash_of(db, values["file_id"])
    return (Path(values["files"]) / name[:2] / name).read_bytes()


# What may be said of a case besides the steps of its row.
WORDS: Mapping[str, Callable[[Ask, Row, Case, str], Sequence[Reply]]] = {
    "更正": _correct, "撤回": _withdraw, "恢复": _restore, "照片": _show,
}  # fmt: skip
