"""What photos, documents and places belong to: what is replied to, that of their album, or what came last."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers import rights
from handlers.kit import Ask, Attachment
from handlers.reading import Reading
from storage.base import numbered
from storage.checkins import checkins
from storage.checkins.checkins import Checkin
from storage.messages import albums, files
from storage.programmes import cases, forms, reports

BELONGS = timedelta(days=2)
# The question whether a second report of a day puts the first one right or is another event.
UNDECIDED = "checkin-replace"
PHOTO, DOCUMENT = "photo", "document"
_FILES = (DOCUMENT, "video")
# By name, for an answer at once; by content when it is fetched.
_ENDINGS = (".pdf", ".docx", ".xlsx")
MOST_FILES = 30
# What a unit's files may come to; at most 10 MB each (bot/fetcher.py).
MOST_BYTES = 500 << 20
# What a workbook of who holds a place is called, and its sheet: everybody who enters them sends it back.
HELD = "在册"
_TABLE = re.compile(r"\.(?:xlsx?|xlsm|et|ods|csv)$", re.IGNORECASE)
# What a counselor's table of badges is called; one of 争章活动 may belong to a check-in.
_BADGES = re.compile("基础章|[记考得]章|章[表册]|[争奖]章(?:登?记|情况|统计|汇总)")
_MEASURED = {"照片": "张照片", "文件": "个附件"}
# Read so, a text says nothing that could be recorded.
_WORDLESS = frozenset({"unknown", "chat", "question"})
_UNDERSTOOD = frozenset({"ok", "confirm", "partial"})


def photos(ask: Ask) -> int:
    """How many photos and documents came with the message itself."""
    return len(_wanted(ask))


def _wanted(ask: Ask) -> list[Attachment]:
    return [each for each in ask.message.attachments if each.kind == PHOTO or _is_document(each)]


def _is_document(one: Attachment) -> bool:
    return one.kind == DOCUMENT and ("." not in one.name or one.name.lower().endswith(_ENDINGS))


def left_out(ask: Ask) -> str:
    """What is said of files that came with a report and are not kept; empty when there are none."""
    kept = _wanted(ask)
    if any(each.kind in _FILES and each not in kept for each in ask.message.attachments):
        return "一起发的文件没有保存：只收照片和 PDF、Word、Excel 文件。"
    return ""


def what(ask: Ask) -> str:
    """照片, or 文件 when a document is among what came."""
    return "文件" if any(map(_is_document, ask.message.attachments)) else "照片"


def measured(ask: Ask) -> str:
    """张照片 or 个附件, behind how many."""
    return _MEASURED[what(ask)]


def full(ask: Ask, one: Checkin) -> str:
    """Why nothing more can be attached to this check-in; empty when there is room."""
    if not photos(ask):
        return ""
    of_one, of_unit = files.kept(ask.db, one.id, one.unit_id)
    # Of an album those wait that came before its words.
    there = of_one + (_waiting_of_album(ask) if album(ask) else 0)
    if there + photos(ask) > MOST_FILES:
        kept = f"已有 {min(there, MOST_FILES)} 个（最多 {MOST_FILES} 个）"
        return f"这次活动的照片和附件{kept}，新的没有保存。签到不受影响。"
    if of_unit > MOST_BYTES:
        full = f"{one.unit_name}的照片和附件存满了（{MOST_BYTES >> 20} MB），新的没有保存。"
        return f"{full}签到不受影响；请告诉学校管理员。"
    return ""


def tables(ask: Ask) -> list[Attachment]:
    """The workbooks and CSV files that came with a private message, of somebody who may send such a one."""
    if not ask.message.private:
        return []
    every = not ask.me.roles.isdisjoint(rights.GIVERS)
    found = [each for each in documents(ask) if _TABLE.search(each.name)]
    return [each for each in found if every or each.name.startswith(HELD) or _BADGES.search(each.name)]


def reader(ask: Ask) -> str:
    """Which reader takes a message for what came with it."""
    if not ask.message.attachments:
        return "place"
    if ask.message.private and documents(ask) and forms.expected(ask.db, ask.me.id, ask.now):
        return "form"
    return "table" if tables(ask) else "evidence" if evidenced(ask) else "photo"


def documents(ask: Ask) -> list[Attachment]:
    """The files of the message that are no photos."""
    return [each for each in ask.message.attachments if each.kind != PHOTO]


def evidenced(ask: Ask) -> cases.Case | reports.Report | None:
    """
    The case or report that is named, or whose card is replied to; else what the sender worked on last.

    None where that was a check-in.
    """
    for words in (ask.message.text, *(order.args for order in ask.about)):
        number, _ = numbered.anywhere(words, cases.LETTER)
        report, _ = numbered.row(words, reports.LETTER)
        if number or report is not None:
            return cases.by_number(ask.db, number) if number else reports.by_id(ask.db, report or 0)
    if ask.about:
        return None
    case = cases.newest_by(ask.db, ask.me.id, ask.now - BELONGS)
    told = reports.newest_by(ask.db, ask.me.id, ask.now - BELONGS, (*reports.COUNTS, reports.RETURNED))
    last = checkins.newest(ask.db, person_id=ask.me.id)
    found: list[tuple[datetime, Any]] = [(at, one) for one, at in ([case] if case else [])]
    found += [(each.made_at, each) for each in (told, last) if each and each.made_at]
    one = max(found, key=lambda each: each[0])[1] if found else None
    return None if isinstance(one, Checkin) else one


def album(ask: Ask) -> albums.Album | None:
    """The album that the message is part of."""
    message = ask.message
    if not message.album:
        return None
    return albums.begin(ask.db, message.channel, message.chat, message.album, ask.inbox_id, ask.now)


def keep(ask: Ask, owner: files.Owner | None, *, held: bool = False) -> None:
    """Want the photos and documents of the message, for what they belong to; `held` ones wait until that is known."""
    message = ask.message
    common: dict[str, Any] = {
        "inbox_id": ask.inbox_id,
        "person_id": ask.me.id,
        "channel": message.channel,
        "chat": message.chat,
        "album": message.album or None,
    }
    if owner:
        common[owner[0]] = owner[1]
    state = "held" if held else "wanted"
    files.want(ask.db, [{**common, "ref": each.ref, "kind": each.kind} for each in _wanted(ask)], ask.now, state)


def _waiting_of_album(ask: Ask) -> int:
    message = ask.message
    return albums.photos(ask.db, message.channel, message.chat, message.album, waiting=True)


def add_to(ask: Ask, stored: Checkin) -> int:
    """The photos of the message, and of its album, belong to this check-in while there is room; how many there are."""
    room, message = not full(ask, stored), ask.message
    if room:
        keep(ask, ("checkin_id", stored.id))
    if album(ask) is None:
        return photos(ask) if room else 0
    albums.settle(ask.db, message.channel, message.chat, message.album, stored.id)
    files.limit(ask.db, ("checkin_id", stored.id), MOST_FILES)
    return albums.photos(ask.db, message.channel, message.chat, message.album)


def waiting(ask: Ask, first: int | None) -> int | None:
    """The message whose photos wait for the answer to a question: this one, or the `first` that was asked about."""
    if not photos(ask):
        return first
    keep(ask, None)
    return ask.inbox_id


def undecided(ask: Ask) -> Mapping[str, Any]:
    """What is known of the open question whether a report puts right what is there or is another event, or nothing."""
    one = ask.question
    return ask.vault.open(one.payload) if one and one.kind == UNDECIDED and one.expires_at > ask.now else {}


def adopt(ask: Ask, first: int | None, stored: Checkin) -> tuple[int, str]:
    """
    The photos of the message that was asked about belong to this check-in, its album's too: (how many, what is said).

    So do those that came since it was asked which event is meant, if this is what was chosen.
    """
    owner: files.Owner = ("checkin_id", stored.id)
    if ask.question and ask.args and ask.args in undecided(ask).values():
        count = files.adopt_since(ask.db, ask.me.id, ask.question.asked_at, stored.id)
    elif first is None:
        return 0, ""
    else:
        for name in albums.begun_by(ask.db, first):
            albums.settle(ask.db, ask.message.channel, ask.message.chat, name, stored.id)
        count = files.adopt(ask.db, first, owner)
    beyond, said = limited(ask, owner)
    return count - beyond, said


def limited(ask: Ask, owner: files.Owner) -> tuple[int, str]:
    """What waited for an answer may be more than is kept: (how many went again, what is said of them)."""
    beyond = files.limit(ask.db, owner, MOST_FILES)
    return beyond, f"照片和附件最多存 {MOST_FILES} 个，多的 {beyond} 个没有保存。" if beyond else ""


def target(ask: Ask) -> Checkin | None:
    """The check-in of the card that is replied to, else the sender's last one of these two days."""
    for order in ask.about:
        number = order.args.removeprefix("#")
        if order.word == "更正" and number.isdigit():
            return checkins.by_id(ask.db, int(number))
    last = checkins.newest(ask.db, ask.me.id)
    return last if last and last.made_at and ask.now - last.made_at <= BELONGS else None


def is_caption(ask: Ask, reading: Reading) -> bool:
    """Whether the words under a photo only describe it; in an album that has its check-in, all but a whole report."""
    if reading.intent in _WORDLESS:
        return True
    found = album(ask)
    later = found is not None and found.checkin_id is not None
    return later and not (reading.intent == "checkin" and reading.status in _UNDERSTOOD)
