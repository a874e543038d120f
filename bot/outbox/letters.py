"""Replies become rows of the outbox: addressed, sealed, with their buttons, written once a transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Message, Reply
from handlers.privacy.door import Door
from storage.base.vault import Vault
from storage.messages import albums, card_codes, cards, outbox, passive
from storage.people import accounts, page_links, people
from storage.reminders import feeds

# So long an album's answer waits for its next photo; by then they are all there.
ALBUM_IS_WHOLE = timedelta(seconds=2)
# Where the answer to a request can say something: that needs no token and no trusted address (wecom.md §1.4).
PASSIVE = frozenset({"wecom"})
_MOST_PASSIVE = 2048
# Where one call reaches many people: the same words are one letter to all of them.
TOGETHER = frozenset({"wecom"})
# Where a card opens what a letter is about as a web page.
_OPENS = frozenset({"wecom"})
# At these minutes everybody's reminders are due, and the platform asks to be spared (wecom.md §2.2).
_RUSH, _LASTS = 30, 2
_SPREAD = timedelta(minutes=2), timedelta(minutes=8)
PRACTICE = "practice"
# How far the practice clock may be moved at once.
_LONGEST_LEAP = timedelta(days=400)


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
    # Whether a child may be named there: in a private chat that is not kept abroad.
    names: bool = False
    # Whether others may get the same words in one call, and whether to wait for them.
    together: bool = False
    gather: bool = False


class Letters:
    """Collects what one transaction has to say."""

    def __init__(
        self, db: Connection, vault: Vault, now: datetime, passive: frozenset[str] = PASSIVE,
        nameless: frozenset[str] = frozenset({"telegram"}),
    ) -> None:  # fmt: skip
        """
        `passive`: the channels on which somebody waits for an answer that can say a short text itself.

        `nameless`: those on which no child is named.
        """
        self._channels = passive
        self.nameless = nameless
        # What was heard in the message that is being answered.
        self._door = Door()
        # What the answer to the request says by itself, by message.
        self.passive: dict[int, str] = {}
        self._db = db
        self._vault = vault
        self._now = now
        self._rows: list[dict[str, Any]] = []
        self._cards: list[dict[str, Any]] = []
        self._closes: list[tuple[str, str]] = []
        # (first message, whether it is worth saying later too, from where to where its rows are), a photo each.
        self._albums: list[tuple[int, bool, int, int]] = []

    def _is_stranger(self, ask: Ask) -> bool:
        """Whoever has just joined is none any more: what follows must not overtake the welcome."""
        sender = ask.message.sender
        person = ask.person or people.by_addresses(self._db, ask.message.channel, [sender], self._now).get(sender)
        return not (person and person.grants)

    def add(self, replies: Sequence[Reply], ask: Ask) -> None:
        """The answers to a message; those to other people go out as notices."""
        to_others = [reply for reply in replies if reply.to is not None]
        message, self._door = ask.message, ask.door
        person_id = ask.person.id if ask.person else None
        # What strangers ask for delays nobody.
        lane = outbox.STRANGER if self._is_stranger(ask) else outbox.ANSWER
        at = _Address(message.channel, message.chat, lane, person_id, ask.inbox_id, topic=message.topic)
        at.names = ask.may_name
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
        self._closes += [each for reply in replies for each in reply.closes]
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

    def mark(self) -> tuple[int, int, int, int]:
        """Where we are, for `back_to`."""
        return len(self._rows), len(self._cards), len(self._albums), len(self._closes)

    def back_to(self, mark: tuple[int, int, int, int]) -> None:
        """Leave unsaid what was added since."""
        del self._rows[mark[0] :], self._cards[mark[1] :], self._albums[mark[2] :], self._closes[mark[3] :]

    def notify(self, replies: Sequence[Reply], gather: bool = False, wait: bool = True) -> set[int]:
        """
        Notices that no message asked for; returns the ids of the people who could not be addressed.

        With `gather` they wait for others with the same words, where one call reaches many. Without `wait` they go as
        answers do, which wait for no clock that is in doubt.
        """
        found = accounts.best(self._db, [reply.to for reply in replies if reply.to is not None])
        missed: set[int] = set()
        shared: dict[tuple[Any, ...], str] = {}
        for reply in replies:
            if reply.to in found:
                channel, chat = found[reply.to]
                together = channel in TOGETHER
                lane = outbox.NOTICE if wait else outbox.ANSWER
                at = _Address(channel, chat, lane, reply.to, together=together, gather=gather and together)
                at.names = channel not in self.nameless
                self._put(reply, at, shared if together else None)
            elif reply.to is not None:
                missed.add(reply.to)
        return missed

    def tell(self, reply: Reply, channel: str, chat: str, topic: str = "", inbox_id: int | None = None) -> None:
        """A notice to a whole group, or a topic of it: everybody there may press its buttons."""
        self._put(reply, _Address(channel, chat, outbox.NOTICE, inbox_id=inbox_id, topic=topic))

    def read_back(self, reply: Reply, channel: str, chat: str, door: Door) -> None:
        """To whoever sent a file, in private; `door` has heard what is quoted of it."""
        self._door = door
        self._put(reply, _Address(channel, chat, outbox.NOTICE, names=channel not in self.nameless))

    def _put(self, reply: Reply, at: _Address, shared: dict[tuple[Any, ...], str] | None = None) -> None:
        """`shared`: the tokens of the cards that people with the same words have in common."""
        reply = reply if at.names else _without_names(reply, self._door)
        body: dict[str, Any] = {"text": at.passive or reply.text}
        token = self._card(reply, at, shared) if reply.asked or (reply.buttons and not at.passive) else None
        if reply.buttons and not at.passive:
            body["buttons"] = [[f"{token}.{place}", button.label] for place, button in enumerate(reply.buttons)]
            body["commands"] = [button.typed for button in reply.buttons]
        if reply.file:
            if not reply.file.mark:
                raise ValueError(f"{reply.file.recipe}: only a command that exports sends files")
            body["file"] = [reply.file.name, reply.file.recipe, {**reply.file.values, "mark": reply.file.mark}]
            body["goes"] = not reply.file.plain
            body["children"] = reply.file.values["unit_ids"] if reply.file.children else []
        if at.topic:
            body["topic"] = at.topic
        if reply.page and at.person_id and at.channel in _OPENS and (address := feeds.address(self._db)):
            secret = page_links.make(self._db, self._vault, at.person_id, self._now)
            body["page"] = address + reply.page.format(secret)
        to = {"channel": at.channel, "chat": at.chat, "person_id": at.person_id, "lane": at.lane, "card": token}
        same = self._same(body) if at.together else None
        due_at = leaves_at(self._now, same) if at.gather and same else self._now + at.wait
        held = passive.held(self._now) if at.passive else {}
        until = _expiry(at.channel, due_at, reply)
        more = {"due_at": due_at, "expires_at": until, "inbox_id": at.inbox_id, "same": same}
        self._rows.append({**to, **held, **more, "body": self._vault.seal(body)})

    def _same(self, body: dict[str, Any]) -> str:
        """Equal for letters with the same words, buttons and file, and telling nothing of them."""
        return self._vault.fingerprints(json.dumps(body, sort_keys=True))[0][:32]

    def _card(self, reply: Reply, at: _Address, shared: dict[tuple[Any, ...], str] | None) -> str:
        apart = shared is None and not at.gather
        words = () if apart else (at.channel, reply.text, reply.buttons, repr(reply.file), reply.about)
        token = self._common_token(words) if at.gather else cards.new_token()
        if shared is not None:
            if (shared.get(words), at.chat) in shared:
                # Told the same twice: two cards.
                shared[words] = token = cards.new_token()
            token = shared.setdefault(words, token)
            shared[token, at.chat] = token
        row = {"token": token, "channel": at.channel, "chat": at.chat, "person_id": at.person_id, "made_at": self._now}
        goes_on = next((place for place, button in enumerate(reply.buttons) if button.reply), None)
        commands = [[button.word, button.answer or button.args, button.label] for button in reply.buttons]
        commands += [[*reply.asked, ""]] if reply.asked else []
        self._cards.append(
            {**row, "orders": self._vault.seal(commands), "reply": goes_on, "about": reply.about or None}
        )
        return token

    def _common_token(self, words: tuple[Any, ...]) -> str:
        """As unguessable as any, and the same for all that leave together, in whatever transaction they are written."""
        leaves = leaves_at(self._now, "0000").isoformat()
        return self._vault.fingerprints(f"card {leaves} {words}")[0][:20]

    def flush(self) -> bool:
        """Write the rows; False when there was none to send."""
        rows = self._one_answer_an_album() if self._albums else self._rows
        # What a response says is nothing for the senders.
        spoke = any("lease_until" not in row for row in rows)
        outbox.put(self._db, rows)
        cards.put(self._db, self._cards)
        for about, words in self._closes:
            card_codes.close(self._db, about, words)
        self._rows, self._cards, self._albums, self._closes = [], [], [], []
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


def _without_names(reply: Reply, door: Door) -> Reply:
    """The one place where words leave for where no child may be named; a feature can say what it likes."""
    buttons = tuple(
        replace(each, label=door.hidden(each.label), args=door.hidden(each.args), answer=door.hidden(each.answer))
        for each in reply.buttons
    )
    file = reply.file and replace(
        reply.file, name=door.hidden(reply.file.name), values=door.hidden_in(reply.file.values)
    )
    asked = reply.asked and (reply.asked[0], door.hidden(reply.asked[1]))
    told = replace(reply, text=door.hidden(reply.text), spoken=door.hidden(reply.spoken), asked=asked)
    return replace(told, buttons=buttons, file=file)


def leaves_at(now: datetime, same: str) -> datetime:
    """When a broadcast leaves, all at once: at the next full minute; of a full or half hour 2–8 minutes later."""
    minute = now.replace(second=0, microsecond=0)
    past = minute.minute % _RUSH
    if past >= _LASTS:
        return minute + timedelta(minutes=1)
    first, last = _SPREAD
    # The same for all of its letters, whenever they were written.
    return minute - timedelta(minutes=past) + first + (last - first) * (int(same[:4], 16) / 0xFFFF)


def _expiry(channel: str, due_at: datetime, reply: Reply) -> datetime:
    """Until when a letter is worth sending; the practice page, whose clock leaps, shows what was said on the way."""
    if channel == PRACTICE:
        return due_at + _LONGEST_LEAP
    return min(reply.until or due_at + outbox.KEPT, due_at + outbox.KEPT)
