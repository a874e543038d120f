"""Photos and documents of a case: what is sent belongs to it, and whoever decides on it opens it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.attendance import attachments
from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, File, Refusal, Reply
from handlers.programmes.cases import case_waiting, case_words
from handlers.registry import command, reads, renders
from storage.messages import files
from storage.programmes.cases import Case

_ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
_MOST = 9


@reads("evidence")
def evidence(ask: Ask) -> Sequence[Reply]:
    """A photo or document without words belongs to the case that is replied to, or that was worked on last."""
    one = attachments.case_of(ask)
    assert one is not None
    found, row = case_waiting.named(ask, one.number)
    album = attachments.album(ask)
    reply = attached(ask, row, found)
    return [] if album and album.inbox_id != ask.inbox_id else [reply]


def attached(ask: Ask, row: Row, one: Case) -> Reply:
    """What came with the message is evidence of the case; refused where there is too much."""
    if len(files.of_case(ask.db, one.id)) + attachments.photos(ask) > attachments.MOST_FILES:
        raise Refusal(f"{one.number} 的照片和附件已经够多（最多 {attachments.MOST_FILES} 个），新的没有保存。")
    count = attach(ask, one)
    if not count:
        raise Refusal("这个不是照片，也不是 PDF、Word、Excel 文件，没有保存。")
    return Reply(f"{count} {attachments.measured(ask)}已附到 {one.number} {case_words.about(ask, row, one)}")


def attach(ask: Ask, one: Case) -> int:
    """What came with the message is evidence of this case; how many there are."""
    attachments.keep(ask, None, case_id=one.id)
    return attachments.photos(ask)


@command(
    "照片", "附件", who=MEMBERS, group="活动", listed=False, help="看一件事项的照片和附件", follows=r"\W*[DdＤｄ]",
    examples=("照片 D20260403-01",), exports=True,
)  # fmt: skip
def show(ask: Ask) -> Sequence[Reply]:
    """The photos and documents, in private and where it does not leave the country: children may be on them."""
    number, _ = case_waiting.NUMBERS.first(ask, ask.args)
    one, _ = case_waiting.named(ask, number)
    if not ask.may_name:
        raise Refusal("照片里可能有孩子，请在企业微信里私聊看。")
    found = [each for each in files.of_case(ask.db, one.id) if each[1] == "stored"][-_MOST:]
    if not found:
        raise Refusal(f"{one.number} 还没有能看的照片或附件。刚发的，过一会儿再看。")
    return [
        Reply(f"{one.number} 第 {place} 个，共 {len(found)} 个", file=_file(one, place, id, mime))
        for place, (id, _, mime) in enumerate(found, 1)
    ]


def _file(one: Case, place: int, file_id: int, mime: str) -> File:
    ending = _ENDINGS.get(mime, "xlsx" if "sheet" in mime else "docx")
    return File(f"{one.number}-{place}.{ending}", "kept-file", {"file_id": file_id, "unit_ids": [one.unit_id]})


@renders("kept-file")
def kept_file(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A photo or document as it was kept."""
    name = files.hash_of(db, values["file_id"])
    return (Path(values["files"]) / name[:2] / name).read_bytes()
