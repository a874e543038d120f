"""What becomes of messages: each new one is handled in a savepoint of its own, and kept when a bug stops it."""

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex
from typing import Any

from bot.dispatch import dispatch
from bot.dispatch.features import Features
from bot.pipeline import failures, masking, senders
from bot.pipeline.turn import Outcome, Turn, whole
from handlers import kit
from storage.base.vault import Listening
from storage.messages import inbox
from storage.savepoint import TransactionGone

SORRY = "抱歉，这条消息没有处理好，已经保存（编号 {}）。管理员会处理，请不要重发。"


class Messages:
    """Hands messages to the features."""

    def __init__(self, features: Features, nameless: frozenset[str], daily: Mapping[str, int]) -> None:
        """`nameless`: the channels on which no child is named; `daily`: what is limited a day, and how often."""
        self._features = features
        self._nameless = nameless
        self._daily = daily

    def handle_all(self, turn: Turn, messages: Sequence[kit.Message], reader: kit.Reader | None) -> Iterator[Any]:
        """One outcome a message; a repeat, also within these, changes nothing.

        `reader` answers the commands that only read; what is to be read first comes in the place of an outcome, and so
        does what the same person said after it.
        """
        if not messages:
            return
        origins = [(message.channel, message.chat, message.sender) for message in messages]
        messages = [message if message.private else senders.current_chat(turn, message) for message in messages]
        arrivals = _arrive(turn, messages)
        known = senders.Senders(turn.db, messages, turn.now)
        handled: dict[int, str] = {}
        waiting: set[tuple[str, str, str]] = set()
        for message, origin in zip(messages, origins, strict=True):
            arrival = arrivals[message.channel, message.message_id]
            repeat = not arrival.fresh or arrival.id in handled
            if not repeat:
                try:
                    if origin in waiting:
                        raise kit.ReadFirst
                    handled[arrival.id] = self.handle(turn, known, message, arrival.id, reader)
                except kit.ReadFirst as first:
                    waiting.add(origin)
                    inbox.forget(turn.db, arrival.id)
                    yield first
                    continue
            passive = "" if repeat else turn.letters.passive[arrival.id]
            yield Outcome(arrival.id, handled.get(arrival.id, arrival.state), repeat, passive)

    def handle(
        self, turn: Turn, known: senders.Senders, message: kit.Message, inbox_id: int,
        reader: kit.Reader | None = None,
    ) -> str:  # fmt: skip
        """`done` or `failed`: handled in a savepoint; a bug costs this message only, and it is kept."""
        door = masking.door(turn.db, message.text, *(each.name for each in message.attachments))
        vault = Listening(turn.vault, door.hear)
        features = self._features
        ask = kit.Ask(turn.db, turn.now, message, inbox_id, None, "", turn.rollups, vault, features.declared,
                  nameless=self._nameless, door=door, daily=self._daily, occasions=features.occasions,
                  reader=reader)  # fmt: skip
        try:
            ask = known.complete(ask)
            senders.note(turn, ask)
            self._answer(turn, ask)
        except (TransactionGone, kit.ReadFirst):
            raise
        except Exception as bug:
            failures.keep(turn, ask, bug)
            turn.letters.add([kit.Reply(SORRY.format(inbox_id))], ask)
            return "failed"
        return "done"

    def _answer(self, turn: Turn, ask: kit.Ask) -> None:
        try:
            with whole(turn):
                _say(turn, dispatch.answer(self._features, ask), ask)
                if ask.reader:
                    turn.look_at_the_closed()
        except kit.Refusal as refusal:
            ask.refused(refusal)
            turn.letters.add([kit.Reply(refusal.text, refusal.buttons, spoken=refusal.spoken)], ask)


def _say(turn: Turn, replies: Sequence[kit.Reply], ask: kit.Ask) -> None:
    turn.letters.add([reply for reply in replies if reply.at is None], ask)
    for reply in replies:
        if reply.at is not None:
            channel, chat, topic = (*reply.at, "")[:3]
            turn.letters.tell(reply, channel, chat, topic, inbox_id=ask.inbox_id)


def _arrive(turn: Turn, messages: Sequence[kit.Message]) -> dict[inbox.Key, inbox.Arrival]:
    unique = {(message.channel, message.message_id): message for message in messages}
    rows = [
        {
            "channel": m.channel,
            "message_id": m.message_id,
            "chat": m.chat,
            "sender": m.sender,
            "received_at": turn.now,
            "spoken_as": m.spoken_as or None,
            "said": turn.vault.fingerprints(inbox.words(m.text))[0][: inbox.FINGERPRINT] if m.spoken_as else None,
        }
        for m in unique.values()
    ]
    return inbox.arrive(turn.db, rows, token_hex(8))
