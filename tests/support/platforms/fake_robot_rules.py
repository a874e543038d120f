"""What the robots' server takes and refuses (document 101463): the commands of `fake_robot`."""

import base64
import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any

ROBOT, SECRET = "aibMadeUp", "made-up-robot-secret"
A_MINUTE = 30
Frame = dict[str, Any]
_KINDS = ("stream", "template_card", "markdown", "file", "image", "voice", "video")
_TASK = re.compile(r"[0-9A-Za-z_@-]{1,128}")


class Wrong(Exception):
    """A refusal."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class Rules:
    """The commands, and what they leave behind."""

    def __init__(self) -> None:
        # What people see: chat, kind, content, whether it came as a reply or by a push.
        self.said: list[Frame] = []
        self.welcomed: list[tuple[str, str]] = []
        self.updated: list[Frame] = []
        self.uploaded: dict[str, tuple[str, bytes]] = {}
        self.chunks: list[int] = []
        self.limited = True
        self.unanswered: dict[str, Frame] = {}
        # Asked for every message that is answered.
        self.is_stored: Callable[[str], bool] = lambda msgid: True
        self.answered_too_early: list[str] = []
        self._numbers = count(1)
        self._callbacks: dict[str, tuple[str, Frame, float]] = {}
        self._spoken: set[str] = set()
        self._tasks: dict[str, str] = {}
        self._times: dict[str, list[float]] = defaultdict(list)
        self._uploads: dict[str, Frame] = {}

    def said_to(self, chat: str) -> list[Frame]:
        return [said for said in self.said if said["chat"] == chat]

    def _aibot_respond_msg(self, req_id: str, body: Frame) -> None:
        cmd, frame, _ = self._callbacks.get(req_id, ("", {}, 0.0))
        if cmd != "aibot_msg_callback":
            raise Wrong(846605, "invalid req_id")
        about = frame["body"]
        self._show(about.get("chatid") or about["from"]["userid"], body, "reply")
        self.unanswered.pop(about["msgid"], None)
        if not self.is_stored(about["msgid"]):
            self.answered_too_early.append(about["msgid"])

    def _aibot_send_msg(self, _req_id: str, body: Frame) -> None:
        if body["chatid"] not in self._spoken:
            raise Wrong(93006, "invalid chatid")
        if body.get("chat_type") not in (0, 1, 2) or body["msgtype"] == "stream":
            raise Wrong(40058, "invalid parameter")
        self._show(body["chatid"], body, "push")

    def _show(self, chat: str, body: Frame, way: str) -> None:
        kind = body["msgtype"]
        if kind not in _KINDS:
            raise Wrong(40008, "invalid message type")
        self._limit(chat, A_MINUTE)
        content = body[kind]
        self._check(kind, content)
        self.said.append({"chat": chat, "kind": kind, "content": content, "way": way, "at": time.monotonic()})

    def _check(self, kind: str, content: Frame) -> None:
        if kind in ("markdown", "stream"):
            if not content["content"].strip():
                raise Wrong(44004, "empty content")
            if len(content["content"].encode()) > 20480:
                raise Wrong(45002, "content size out of limit")
        elif kind == "template_card":
            self._card(content)
        elif content["media_id"] not in self.uploaded or self.uploaded[content["media_id"]][0] != kind:
            raise Wrong(40007, "invalid media_id")

    def _card(self, card: Frame, *, again: bool = False) -> None:
        buttons, task = card["button_list"], card["task_id"]
        lines = [(card["main_title"]["title"], 26), (card["main_title"].get("desc", ""), 30)]
        lines += [(card.get("sub_title_text", ""), 112), *((button["text"], 10) for button in buttons)]
        if not _TASK.fullmatch(task) or (task in self._tasks) is not again:
            raise Wrong(42014, "invalid task_id")
        keys = {button["key"] for button in buttons if 0 < len(button["key"].encode()) <= 1024}
        if not 0 < len(buttons) <= 6 or len(keys) < len(buttons) or any(len(words) > most for words, most in lines):
            raise Wrong(42034, "invalid button list")
        self._tasks[task] = json.dumps(card)

    def _aibot_respond_welcome_msg(self, req_id: str, body: Frame) -> None:
        frame = self._fresh(req_id, "enter_chat")
        self.welcomed.append((frame["body"]["from"]["userid"], body["text"]["content"]))

    def _aibot_respond_update_msg(self, req_id: str, body: Frame) -> None:
        frame = self._fresh(req_id, "template_card_event")
        card = body["template_card"]
        if body["response_type"] != "update_template_card":
            raise Wrong(40058, "invalid parameter")
        if card["task_id"] != frame["body"]["event"]["template_card_event"]["task_id"]:
            raise Wrong(42014, "another task_id")
        self._card(card, again=True)
        self.updated.append(card)

    def _fresh(self, req_id: str, event: str) -> Frame:
        cmd, frame, since = self._callbacks.get(req_id, ("", {}, 0.0))
        if cmd != "aibot_event_callback" or frame["body"]["event"]["eventtype"] != event:
            raise Wrong(846605, "invalid req_id")
        if time.monotonic() - since > 5:
            raise Wrong(846604, "the time is over")
        return frame

    def _aibot_upload_media_init(self, _req_id: str, body: Frame) -> Frame:
        self._limit("upload", A_MINUTE)
        most = {"image": 10 << 20, "file": 20 << 20}[body["type"]]
        if not 5 < body["total_size"] <= most or not 0 < body["total_chunks"] <= 100 or not body["filename"]:
            raise Wrong(40006, "invalid file size")
        upload_id = f"up{next(self._numbers)}"
        self._uploads[upload_id] = {**body, "pieces": {}}
        return {"upload_id": upload_id}

    def _aibot_upload_media_chunk(self, _req_id: str, body: Frame) -> None:
        upload, piece = self._uploads.get(body["upload_id"]), base64.b64decode(body["base64_data"], validate=True)
        if upload is None or not 0 <= body["chunk_index"] < upload["total_chunks"] or len(piece) > 512 << 10:
            raise Wrong(40058, "invalid chunk")
        upload["pieces"][body["chunk_index"]] = piece
        self.chunks.append(body["chunk_index"])

    def _aibot_upload_media_finish(self, _req_id: str, body: Frame) -> Frame:
        upload = self._uploads.pop(body["upload_id"], None)
        if upload is None:
            raise Wrong(40058, "invalid upload_id")
        content = b"".join(upload["pieces"].get(place, b"") for place in range(upload["total_chunks"]))
        if len(content) != upload["total_size"] or hashlib.md5(content).hexdigest() != upload["md5"]:
            raise Wrong(40009, "md5 mismatch")
        media_id = f"media{next(self._numbers)}"
        self.uploaded[media_id] = (upload["type"], content)
        return {"type": upload["type"], "media_id": media_id, "created_at": "1"}

    def _limit(self, what: str, most: int) -> None:
        now = time.monotonic()
        recent = [each for each in self._times[what] if each > now - 60]
        if self.limited and len(recent) >= most:
            raise Wrong(45009, "api freq out of limit")
        self._times[what] = [*recent, now]
