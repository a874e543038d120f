"""Photos and documents of reports and cases: what is sent belongs to one, and whoever decides on it opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.attendance import attachments
from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Denied, File, Refusal, Reply
from handlers.programmes.cases import case_waiting, case_words
from handlers.registry import command, reads, renders
from handlers.wording import programmes
from storage.base import numbered
from storage.messages import files
from storage.organisation import units
from storage.programmes import reports
from storage.programmes.cases import Case

_ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
_MOST = 9
_NONE = "没有这个编号的上报。发「上报」看要报的和报过的。"


@dataclass(frozen=True, slots=True)
class Owner:
    """What files are evidence of: its number as it is said, its unit, how it is called behind the number."""

    key: files.Owner
    number: str
    unit_id: int
    about: str


@reads("evidence")
def evidence(ask: Ask) -> Sequence[Reply]:
    """A photo or document without words belongs to what is replied to or named, or to what was worked on last."""
    one = attachments.evidenced(ask)
    assert one is not None
    owner = _report(ask, one) if isinstance(one, reports.Report) else of_case(ask, *case_waiting.named(ask, one.number))
    album = attachments.album(ask)
    reply = attached(ask, owner)
    return [] if album and album.inbox_id != ask.inbox_id else [reply]


def of_message(ask: Ask, row: Row, kept: reports.Report, first: int | None) -> str:
    """What came with the message, or the one that was asked about, belongs to the report; what it needs is said."""
    if first is not None:
        attachments.album(ask)
        owner: files.Owner = ("report_id", kept.id)
        count = files.adopt(ask.db, first, owner)
        beyond, said = attachments.limited(ask, owner)
        return f"\n{count - beyond} {attachments.measured(ask)}已附上{said and '。' + said}"
    return f"\n材料（照片或文件）请直接发来，会附到 R{kept.id}。" if row.evidence else ""


def of_case(ask: Ask, one: Case, row: Row) -> Owner:
    """A case as what files belong to."""
    return Owner(("case_id", one.id), one.number, one.unit_id, case_words.about(ask, row, one))


def _report(ask: Ask, one: reports.Report) -> Owner:
    """A report, for whoever tells or reads it; raises Denied."""
    row, unit = programmes.row_of(ask, one.row), units.by_id(ask.db, one.unit_id)
    reads_it = any(unit.path.startswith(path) for path in ask.me.paths(programmes.READERS))
    if row is None or not (reads_it or one.person_id == ask.me.id or programmes.may_report(ask.me, row, unit)):
        raise Denied(_NONE, what="照片", subject=f"report:{one.id}")
    about = f"{one.unit_name} {programmes.when(row, one, ask.today)}{row.name}"
    return Owner(("report_id", one.id), f"R{one.id}", one.unit_id, about)


def attached(ask: Ask, one: Owner) -> Reply:
    """What came with the message is evidence of it; refused where there is too much."""
    if len(files.of(ask.db, one.key)) + attachments.photos(ask) > attachments.MOST_FILES:
        raise Refusal(f"{one.number} 的照片和附件已经够多（最多 {attachments.MOST_FILES} 个），新的没有保存。")
    if not attachments.photos(ask):
        raise Refusal("这个不是照片，也不是 PDF、Word、Excel 文件，没有保存。")
    attachments.keep(ask, one.key)
    return Reply(f"{attachments.photos(ask)} {attachments.measured(ask)}已附到 {one.number} {one.about}")


@command(
    "照片", "附件", who=MEMBERS, group="活动", listed=False, help="看一件上报、事项的照片和附件",
    follows=r"\W*[DdＤｄRrＲｒ]", examples=("照片 R12", "照片 D20260403-01"), exports=True,
)  # fmt: skip
def show(ask: Ask) -> Sequence[Reply]:
    """The photos and documents, in private and where it does not leave the country; with new ones these are added."""
    number, _ = numbered.row(ask.args, reports.LETTER)
    report = reports.by_id(ask.db, number) if number is not None else None
    if number is not None and report is None:
        raise Refusal(_NONE)
    one = _report(ask, report) if report else of_case(ask, *_case(ask))
    if ask.message.attachments:
        return [attached(ask, one)]
    if not ask.may_name:
        raise Refusal("照片里可能有孩子，请在企业微信里私聊看。")
    found = [each for each in files.of(ask.db, one.key) if each[1] == "stored"][-_MOST:]
    if not found:
        raise Refusal(f"{one.number} 还没有能看的照片或附件。刚发的，过一会儿再看。")
    return [
        Reply(f"{one.number} 第 {place} 个，共 {len(found)} 个", file=_file(one, place, id, mime))
        for place, (id, _, mime) in enumerate(found, 1)
    ]


def _case(ask: Ask) -> tuple[Case, Row]:
    number, _ = case_waiting.NUMBERS.first(ask, ask.args)
    return case_waiting.named(ask, number)


def _file(one: Owner, place: int, file_id: int, mime: str) -> File:
    ending = _ENDINGS.get(mime, "xlsx" if "sheet" in mime else "docx")
    return File(f"{one.number}-{place}.{ending}", "kept-file", {"file_id": file_id, "unit_ids": [one.unit_id]})


@renders("kept-file")
def kept_file(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A photo or document as it was kept."""
    name = files.hash_of(db, values["file_id"])
    return (Path(values["files"]) / name[:2] / name).read_bytes()
