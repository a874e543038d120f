"""The second task of a message: a nomination beside a check-in is done as well, or named in the answer."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dispatch.features import Features
from handlers.kit import Answer, Ask, Refusal, Reply
from storage.messages import dialogues

_WAITS = "这条里还有一件提名,还没有记。请先答上面的问题,再把提名单独发一次。"


# What changes something that is stored.
CHANGES = frozenset({"correct", "cancel", "nomination_cancel", "nomination_replace"})


def instead(features: Features, ask: Ask) -> list[Reply]:
    """上条作废,重新报: what is taken back before the rest is done; refused, nothing of the message is."""
    replies: list[Reply] = []
    for each in ask.heard.more:
        if each.intent in CHANGES:
            said: Answer = features.readers[each.intent](replace(ask, reading=each))
            replies += [said] if isinstance(said, Reply) else said
    return replies


def beside(features: Features, ask: Ask, first: Sequence[Reply]) -> list[Reply]:
    """What else the message asks for; one task that is refused does not cost the other."""
    more = [each for each in ask.heard.more if each.intent not in CHANGES]
    if not more:
        return []
    asked = dialogues.of_senders(ask.db, ask.message.channel, [ask.message.sender])
    if first and ask.message.where in asked:
        return [Reply(_WAITS)]
    replies: list[Reply] = []
    for each in more:
        try:
            with ask.db.begin_nested():
                said: Answer = features.readers[each.intent](replace(ask, reading=each))
        except Refusal as refusal:
            ask.refused(refusal)
            said = Reply(refusal.text, refusal.buttons)
        replies += [said] if isinstance(said, Reply) else said
    return replies
