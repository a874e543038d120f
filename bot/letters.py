"""Replies become rows of the outbox: addressed, sealed, with their buttons, written once a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Message, Reply
from storage import albums, cards, outbox, passive, people
from storage.vault import Vault

# So long an album's answer waits for its next photo; by then they are all there.
ALBUM_IS_WHOLE = timedelta(seconds=2)
# Where the answer to a request can say something: that needs no token and no trusted address (wecom.md §1.4).
PASSIVE = frozenset({"wecom"})
_MOST_PASSIVE = 2048


@dataclass(slots=True)
class _Address:
    """Where a reply goes: the channel, the chat, the lane, whose buttons it has, the message that it answers."""

    channel: str
    chat: str
    lane: str
    person_id: int | None = None
    inbox_id: int | None = None
    wait: timedelta = timedelta()
    topic: str = ""
    passive: str = ""


class Letters:
    """Collects what one transaction has to say."""

    def __init__(self, db: Connection, vault: Vault, now: datetime, passive: frozenset[str] = PASSIVE) -> None:
        """`passive`: the channels on which somebody waits for an answer that can say a short text itself."""
        self._channels = passive
        # What the answer to the request says by itself, by message.
        self.passive: dict[int, str] = {}
        self._db = db
        self._vault = vault
        self._now = now
        self._rows: list[dict[str, Any]] = []
        self._cards: list[dict[str, Any]] = []
        # (first message, whether it is worth saying later too, from where to where its rows are), a photo each.
        self._albums: list[tuple[int, bool, int, int]] = []

    def add(self, replies: Sequence[Reply], ask: Ask) -> None:
        """The answers to a message; those to other people go out as notices."""
        to_others = [reply for reply in replies if reply.to is not None]
        message = ask.message
        person_id = ask.person.id if ask.person else None
        at = _Address(message.channel, message.chat, outbox.ANSWER, person_id, ask.inbox_id, topic=message.topic)
        if message.album:
            found = albums.begin(self._db, message.channel, message.chat, message.album, ask.inbox_id, self._now)
            at.inbox_id, at.wait = found.inbox_id, ALBUM_IS_WHOLE
        start = len(self._rows)
        mine = [reply for reply in replies if reply.to is None]
        at.passive = self.passive[ask.inbox_id] = self._by_itself(mine, message)
        for reply in mine:
            self._put(reply, at)
        if message.album and at.inbox_id is not None:
            news = not all(reply.again for reply in replies)
            self._albums.append((at.inbox_id, news, start, len(self._rows)))
        if to_others:
            self.notify(to_others)

    def _by_itself(self, replies: Sequence[Reply], message: Message) -> str:
        """The one short text that is the whole answer, empty when there is more; a press cannot be answered so."""
        if message.channel not in self._channels or message.button or len(replies) != 1:
            return ""
        [reply] = replies
        if reply.file or (reply.buttons and not reply.spoken):
            return ""
        text = f"{reply.text}\n{reply.spoken}" if reply.buttons else reply.text
        return text if len(text.encode()) <= _MOST_PASSIVE else ""

    def mark(self) -> tuple[int, int, int]:
        """Where we are, for `back_to`."""
        return len(self._rows), len(self._cards), len(self._albums)

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Leave unsaid what was added since."""
        del self._rows[mark[0] :], self._cards[mark[1] :], self._albums[mark[2] :]

    def notify(self, replies: Sequence[Reply]) -> set[int]:
        """Notices that no message asked for; returns the ids of the people who could not be addressed."""
        found = people.addresses(self._db, [reply.to for reply in replies if reply.to is not None])
        missed: set[int] = set()
        for reply in replies:
            if reply.to in found:
                self._put(reply, _Address(*found[reply.to], outbox.NOTICE, reply.to))
            elif reply.to is not None:
                missed.add(reply.to)
        return missed

    def tell(self, reply: Reply, channel: str, chat: str, topic: str = "") -> None:
        """A notice to a whole group, or a topic of it: everybody there may press its buttons."""
        self._put(reply, _Address(channel, chat, outbox.NOTICE, topic=topic))

    def _put(self, reply: Reply, at: _Address) -> None:
        body: dict[str, Any] = {"text": at.passive or reply.text}
        token = self._card(reply, at) if reply.buttons and not at.passive else None
        if token:
            body["buttons"] = [[f"{token}.{place}", button.label] for place, button in enumerate(reply.buttons)]
        if reply.file:
            body["file"] = [reply.file.name, reply.file.recipe, dict(reply.file.values)]
        if at.topic:
            body["topic"] = at.topic
        to = {"channel": at.channel, "chat": at.chat, "person_id": at.person_id, "lane": at.lane, "card": token}
        due_at = self._now + at.wait if at.wait else self._now
        held = passive.held(self._now) if at.passive else {}
        self._rows.append({**to, **held, "due_at": due_at, "inbox_id": at.inbox_id, "body": self._vault.seal(body)})

    def _card(self, reply: Reply, at: _Address) -> str:
        token = cards.new_token()
        row = {"token": token, "channel": at.channel, "chat": at.chat, "person_id": at.person_id, "made_at": self._now}
        goes_on = next((place for place, button in enumerate(reply.buttons) if button.reply), None)
        self._cards.append({**row, "commands": [button.command for button in reply.buttons], "reply": goes_on})
        return token

    def flush(self) -> bool:
        """Write the rows; False when there were none."""
        rows = self._one_answer_an_album() if self._albums else self._rows
        spoke = bool(rows)
        outbox.put(self._db, rows)
        cards.put(self._db, self._cards)
        self._rows, self._cards, self._albums = [], [], []
        return spoke

    def _one_answer_an_album(self) -> list[dict[str, Any]]:
        """
        Of an album only the last answer goes out, instead of one that waits from an earlier transaction.

        When that has been said already, a photo that is late is silent, and only what is news is said.
        """
        last = {first: (start, end) for first, _, start, end in self._albums if end > start}
        said = outbox.unsay(self._db, last.keys())
        dropped: set[int] = set()
        for first, news, start, end in self._albums:
            if not (news if first in said else (start, end) == last.get(first)):
                dropped.update(range(start, end))
        return [row for place, row in enumerate(self._rows) if place not in dropped]
