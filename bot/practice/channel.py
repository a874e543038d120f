"""The practice page as a channel: its phones are rows, its live pages are told to look."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import mimetypes
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from bot.channels import Channel, Failure, Outgoing, SendError
from bot.channels.text import clean
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Attachment, Message
from storage.base.vault import Vault
from storage.messages import screens

NAME = "practice"
LONGEST_TEXT = 20_000
LONGEST_BUTTON = 64
MOST_BYTES = 10 << 20
_CALLED = {"photo": "照片", "document": "文件"}


class BadRequest(Exception):
    """What is wrong with a request, as a sentence for the page."""


def decode(body: Any, now: datetime, spool: Path) -> Message:
    """The message in a request's JSON; a file is put into `spool`. Raises BadRequest."""
    if not isinstance(body, dict):
        raise BadRequest("请求要是一个 JSON 对象。")
    message_id, person = (_word(body, name) for name in ("id", "person"))
    text, button, album = (_text(body, name) for name in ("text", "button", "album"))
    if len(text) > LONGEST_TEXT or max(len(button), len(album)) > LONGEST_BUTTON:
        raise BadRequest(f"消息太长了，最多 {LONGEST_TEXT} 字。请分成几条发。")
    sent = _attachments(body.get("file"), message_id, spool)
    if not text and not button and not sent and "text" not in body:
        raise BadRequest("请写点什么，或选一张照片。")
    return Message(NAME, message_id, person, person, now, text, button, sent, name=person, album=album)


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 80 or not value.isprintable():
        raise BadRequest(f"{name} 要是 1 到 80 个字符。")
    return value


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str | None):
        raise BadRequest(f"{name} 要是文字。")
    return clean(value or "")


def _attachments(file: Any, message_id: str, spool: Path) -> tuple[Attachment, ...]:
    if file is None:
        return ()
    if not isinstance(file, dict) or not isinstance(file.get("data"), str):
        raise BadRequest("file 要有 name、type 和 data（base64）。")
    name = clean(str(file.get("name") or "照片"))[:80]
    kind = kind_of(name, str(file.get("type") or "image/"))
    try:
        content = base64.b64decode(file["data"].rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{_CALLED[kind]}没有传完整，请再发一次。") from None
    if len(content) > MOST_BYTES:
        raise BadRequest(too_large(kind))
    return (Attachment(kind, _spool(spool, message_id, content), name, len(content)),)


def kind_of(name: str, said: str) -> str:
    """photo or document, by its name, else by what the page says that it is."""
    mime = mimetypes.guess_type(name)[0] or said
    return "photo" if mime.startswith("image/") else "document"


def too_large(kind: str) -> str:
    """What is said of a file of this kind."""
    cure = "请选小一点的，或先压缩再发。" if kind == "photo" else "请分成几个文件再发。"
    return f"{_CALLED[kind]}太大了（最多 {MOST_BYTES >> 20} MB）。{cure}"


def _shown(sent: Attachment) -> dict[str, Any]:
    """An upload on its sender's phone: a photo is seen again once it is kept."""
    kind = mimetypes.guess_type(sent.name)[0] or ("image/jpeg" if sent.kind == "photo" else "application/octet-stream")
    url = f"/practice/photos/{sent.ref}" if sent.kind == "photo" else ""
    return {"url": url, "name": sent.name, "type": kind, "size": sent.size}


def _spool(spool: Path, message_id: str, content: bytes) -> str:
    ref = hashlib.sha256(message_id.encode()).hexdigest()
    spool.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: the first delivery may be being read while a repeat is written.
    half = spool / f"{ref}.{token_hex(4)}.part"
    half.write_bytes(content)
    half.replace(spool / ref)
    return ref


class Practice(Channel):
    """Sends to the phones of the practice page."""

    name = NAME
    # Its clock leaps: whenever that is, the file goes.
    takes_back = timedelta(hours=24), timedelta(days=4000)

    def __init__(self, pipeline: Pipeline, vault: Vault, folder: Path) -> None:
        self._pipeline = pipeline
        self._vault = vault
        self.folder = folder
        self._changed = asyncio.Condition()
        # How often something has changed: what happens while a page is being told is not missed.
        self.changes = 0

    @property
    def spool(self) -> Path:
        """Where uploads wait to be fetched."""
        return self.folder / "spool"

    async def send(self, outgoing: Outgoing) -> str:
        """Put a bubble on the person's phone."""
        file = await asyncio.to_thread(self._shelve, outgoing) if outgoing.file else None
        buttons = [{"id": button_id, "label": label} for button_id, label in outgoing.buttons]
        said = {"id": f"o{outgoing.id}", "from": "bot", "client": None}
        bubble: dict[str, Any] = {**said, "text": outgoing.text, "buttons": buttons, "file": file}
        try:
            await self._pipeline.do(lambda turn: self._show(turn, outgoing.chat, bubble, outgoing.at or turn.now))
        except Exception as error:
            # The database was busy or full: that passes, the answer must not go with it.
            raise SendError(type(error).__name__, Failure.AWAY) from error
        await self.tell()
        return f"o{outgoing.id}"

    async def heard(self, message: Message, label: str) -> None:
        """Show the person's own message on their phone; `label` is what a pressed button says."""
        sent = message.attachments[0] if message.attachments else None
        file = _shown(sent) if sent else None
        mine = {"id": f"m{message.message_id}", "from": "me", "client": message.message_id}
        bubble: dict[str, Any] = {**mine, "text": message.text or label, "buttons": [], "file": file}
        await self._pipeline.do(lambda turn: self._show(turn, message.chat, bubble, message.sent_at))
        await self.tell()

    def _show(self, turn: Turn, person: str, bubble: dict[str, Any], at: datetime) -> None:
        local = at.astimezone(turn.now.tzinfo).isoformat(timespec="milliseconds")
        screens.put(turn.db, self._vault, person, {**bubble, "at": local})

    def _shelve(self, outgoing: Outgoing) -> dict[str, Any]:
        assert outgoing.file is not None
        name, content = outgoing.file
        shelf = self.folder / "sent" / f"o{outgoing.id}"
        shelf.parent.mkdir(parents=True, exist_ok=True)
        shelf.write_bytes(content)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        url = f"/practice/files/o{outgoing.id}/{quote(name)}"
        return {"url": url, "name": name, "type": kind, "size": len(content)}

    async def take_back(self, chat: str, message: str) -> None:
        """Remove the file that was sent; its bubble stays and says so when it is pressed."""
        await asyncio.to_thread((self.folder / "sent" / message).unlink, missing_ok=True)

    async def fetch(self, ref: str) -> bytes:
        """An upload from the spool."""
        try:
            return await asyncio.to_thread((self.spool / ref).read_bytes)
        except OSError as error:
            raise SendError(str(error), Failure.REJECTED) from error

    async def release(self, ref: str) -> None:
        """Remove an upload: it may still hold where it was taken."""
        await asyncio.to_thread((self.spool / ref).unlink, missing_ok=True)

    async def tell(self) -> None:
        """Wake the live pages."""
        async with self._changed:
            self.changes += 1
            self._changed.notify_all()

    async def change(self, seen: int, seconds: float) -> None:
        """Wait until there have been more changes than `seen`, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.changes != seen)
