"""Replies become rows of the outbox: addressed, sealed, with their buttons, written once a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Reply
from storage import cards, outbox, people
from storage.vault import Vault


class Letters:
    """Collects what one transaction has to say."""

    def __init__(self, db: Connection, vault: Vault, now: datetime) -> None:
        self._db = db
        self._vault = vault
        self._now = now
        self._rows: list[dict[str, Any]] = []
        self._cards: list[dict[str, Any]] = []

    def add(self, replies: Sequence[Reply], ask: Ask) -> None:
        """The answers to a message; those to other people go out as notices."""
        to_others = [reply for reply in replies if reply.to is not None]
        for reply in replies:
            if reply.to is None:
                self._put(reply, ask.message.channel, ask.message.chat, outbox.ANSWER, ask)
        if to_others:
            self.notify(to_others)

    def mark(self) -> tuple[int, int]:
        """Where we are, for `back_to`."""
        return len(self._rows), len(self._cards)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Leave unsaid what was added since."""
        del self._rows[mark[0] :], self._cards[mark[1] :]

    def notify(self, replies: Sequence[Reply]) -> set[int]:
        """Notices that no message asked for; returns the ids of the people who could not be addressed."""
        found = people.addresses(self._db, [reply.to for reply in replies if reply.to is not None])
        missed: set[int] = set()
        for reply in replies:
            if reply.to in found:
                self._put(reply, *found[reply.to], outbox.NOTICE, None)
            elif reply.to is not None:
                missed.add(reply.to)
        return missed

    def _put(self, reply: Reply, channel: str, chat: str, lane: str, ask: Ask | None) -> None:
        body: dict[str, Any] = {"text": reply.text}
        person_id = ask.person.id if ask and ask.person else reply.to
        if reply.buttons:
            body["buttons"] = self._card(reply, channel, chat, person_id)
        if reply.file:
            body["file"] = [reply.file.name, reply.file.recipe, dict(reply.file.values)]
        row = {"channel": channel, "chat": chat, "person_id": person_id, "lane": lane, "due_at": self._now}
        self._rows.append({**row, "inbox_id": ask.inbox_id if ask else None, "body": self._vault.seal(body)})

    def _card(self, reply: Reply, channel: str, chat: str, person_id: int | None) -> list[list[str]]:
        token = cards.new_token()
        commands = [button.command for button in reply.buttons]
        row = {"token": token, "channel": channel, "chat": chat, "person_id": person_id, "made_at": self._now}
        self._cards.append({**row, "commands": commands})
        return [[f"{token}.{place}", button.label] for place, button in enumerate(reply.buttons)]

    def flush(self) -> bool:
        """Write the rows; False when there were none."""
        spoke = bool(self._rows)
        outbox.put(self._db, self._rows)
        cards.put(self._db, self._cards)
        self._rows, self._cards = [], []
        return spoke
