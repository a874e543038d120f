"""Files for the robot, handed over in pieces; what has arrived already is not sent again after a new connection."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from bot.channels import Failure, Outgoing, SendError
from bot.channels.pace import Windows
from bot.channels.robot.link import AckLost, Frame, NotLive, Refused
from bot.channels.robot.socket import Socket
from bot.channels.text import is_picture

# Of document 101463.
PIECE = 512 << 10
MOST_IN_PICTURE, MOST_IN_FILE, LEAST = 10 << 20, 20 << 20, 6
LIMITS = (25, 60.0), (900, 3600.0)
# The platform keeps an unfinished one for thirty minutes.
_UNFINISHED_LIVES = 28 * 60.0
# It keeps a whole one for three days.
_MEDIA_LIVES = timedelta(days=3) - timedelta(hours=2)
# A try for longer would outlive the letter's lease, and the letter would be said twice: the next try goes on.
SECONDS_A_TRY = 40.0
_MOST_UNFINISHED = 20


@dataclass
class _Upload:
    """One that is under way: which pieces the platform has."""

    id: str
    began: float
    there: set[int] = field(default_factory=set)


class Uploads:
    """Hands files over; used by one letter at a time for each file."""

    def __init__(self, socket: Socket, now: Callable[[], datetime]) -> None:
        """`now` is the true time."""
        self._socket = socket
        self._now = now
        self._pace = Windows(*LIMITS)
        self._unfinished: dict[tuple[str, str], _Upload] = {}

    async def message(self, letter: Outgoing) -> Frame:
        """The message that shows the letter's file, which the platform may have already; raises SendError."""
        assert letter.file is not None
        if letter.kept:
            until, kind, media_id = letter.kept.split(" ", 2)
            if datetime.fromisoformat(until) < self._now():
                raise SendError("平台已经不留这个文件", Failure.FORGOTTEN)
            return {"msgtype": kind, kind: {"media_id": media_id}}
        kind, media_id = await self.hand_over(*letter.file)
        until = (self._now() + _MEDIA_LIVES).isoformat(timespec="seconds")
        letter.keep(f"{until} {kind} {media_id}")
        return {"msgtype": kind, kind: {"media_id": media_id}}

    async def hand_over(self, name: str, content: bytes) -> tuple[str, str]:
        """(the kind of message that shows it, the platform's name of it, good for three days); raises SendError."""
        kind = kind_of(name, content)
        key = hashlib.sha256(content).hexdigest(), name
        try:
            return kind, await self._hand_over(key, kind, content)
        except Refused as refused:
            # It may have been forgotten meanwhile: from the beginning the next time.
            self._unfinished.pop(key, None)
            raise SendError(f"上传时：{refused}") from refused
        except (NotLive, AckLost) as fault:
            raise SendError(f"上传时：{fault}", Failure.AWAY) from fault

    async def _hand_over(self, key: tuple[str, str], kind: str, content: bytes) -> str:
        began = monotonic()
        pieces = [content[start : start + PIECE] for start in range(0, len(content), PIECE)]
        upload = self._unfinished.get(key)
        if upload is None or monotonic() - upload.began > _UNFINISHED_LIVES:
            upload = await self._begin(key, kind, content, len(pieces))
        for place, piece in enumerate(pieces):
            if monotonic() - began > SECONDS_A_TRY:
                raise SendError("上传要很久，还在继续")
            if place not in upload.there:
                body = {"upload_id": upload.id, "chunk_index": place, "base64_data": base64.b64encode(piece).decode()}
                await self._socket.call("aibot_upload_media_chunk", body)
                upload.there.add(place)
        told = await self._socket.call("aibot_upload_media_finish", {"upload_id": upload.id})
        self._unfinished.pop(key, None)
        return str(told.get("media_id", ""))

    async def _begin(self, key: tuple[str, str], kind: str, content: bytes, pieces: int) -> _Upload:
        if wait := self._pace.wait(""):
            raise SendError("机器人一分钟里能上传的已经满了，等下一分钟", retry_after=wait)
        self._pace.count("")
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        about = {"type": kind, "filename": key[1], "total_size": len(content), "total_chunks": pieces, "md5": md5}
        told = await self._socket.call("aibot_upload_media_init", about)
        while len(self._unfinished) >= _MOST_UNFINISHED:
            del self._unfinished[next(iter(self._unfinished))]
        upload = self._unfinished[key] = _Upload(str(told.get("upload_id", "")), monotonic())
        return upload


def kind_of(name: str, content: bytes) -> str:
    """`image` for what is shown as a picture, else `file`; raises SendError for what no message takes."""
    if not LEAST <= len(content) <= MOST_IN_FILE:
        raise SendError("文件太大或太小", Failure.REJECTED)
    return "image" if is_picture((name, content), MOST_IN_PICTURE) else "file"
