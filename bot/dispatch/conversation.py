"""A text, typed or on a button: a command, the answer to what is open, or what it is read as."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dispatch import calls, intents, newest, tasks
from bot.dispatch.answers import open_questions, short_answers, typed_labels
from bot.dispatch.features import Features
from handlers import kit
from handlers.asker import context
from handlers.attendance import attachments
from handlers.wording import programmes

# Read so, a text says nothing that could be done.
_IN_VAIN = frozenset({"unknown", "question", "chat"})


def said(features: Features, ask: kit.Ask, text: str, commands: bool = True) -> Sequence[kit.Reply]:
    """What a text is answered with; with `commands` False it is the answer to a question, whatever it begins with."""
    waiting = open_questions.waiting(features, ask)
    if waiting and (replies := waiting.settled(ask, text)) is not None:
        return replies
    if commands and (replies := calls.gone_on(features, ask, text, waiting)) is not None:
        return replies
    found = (features.command_in(text) or features.shown(text, ask.person)) if commands else None
    if commands and (typed := typed_labels.instead_of(features, ask, text, found)):
        return do(features, ask, typed)
    if found and calls.only_begins_so(ask, text, *found):
        found = None
    found = newest.instead(features, ask, *found) if found else None
    free = bool(found and waiting and waiting.may_take(text, found[1]))
    # A command may say that its word was none this time: 看 上周周报 is no row to look at.
    if found and not free and (replies := calls.ordered(waiting, ask, *found)) is not None:
        return replies
    if calls.is_stranger(ask):
        # Who comes by a code may be asked who they are.
        replies = waiting.taken(ask, text) if waiting else None
        return calls.greeting(ask) if replies is None else replies
    wordless = not text and (ask.message.attachments or ask.message.place)
    # A photo is no answer to a question.
    if waiting and not wordless and not waiting.leaves(ask, text):
        typed = typed_labels.labelled(features, ask, text) if commands else None
        words = typed[1].args if typed and not typed[1].word else text
        if (replies := waiting.taken(ask, words)) is not None:
            return replies
    if found and free and (replies := calls.ordered(waiting, ask, *found)) is not None:
        return replies
    return _read(features, ask, text, waiting)


def do(features: Features, ask: kit.Ask, pressed: typed_labels.Pressed) -> Sequence[kit.Reply]:
    """What a button of this card stands for: a command, or an answer to the question that came with it."""
    card, order = pressed
    if order.word:
        command = features.command(order.word, order.args)
        waiting = open_questions.waiting(features, ask)
        return (command and calls.ordered(waiting, ask, command, order.args)) or [kit.Reply(calls.LAPSED)]
    if calls.is_stranger(ask) or typed_labels.asked_with(ask, card):
        return said(features, ask, order.args, commands=False)
    # An old card: its question is no longer open.
    return [calls.past(ask)]


def _read(
    features: Features, ask: kit.Ask, text: str, waiting: open_questions.OpenQuestion | None
) -> Sequence[kit.Reply]:
    if not text and (ask.message.attachments or ask.message.place):
        return calls.as_list(features.readers[attachments.reader(ask)](ask))
    text = short_answers.uncopied(text)
    reading = context.reading_of(ask, text)
    if waiting is None and (reported := short_answers.replies(features, ask, text, reading)):
        return reported
    whole = intents.is_whole(reading)
    if intents.is_case(ask, text, reading):
        replies = calls.as_list(features.readers["case"](replace(ask, args=text, reading=reading)))
        return [*replies, *waiting.give_way(ask, "case")] if waiting else replies
    if two := tasks.apart(ask, text, reading):
        return [*_read(features, ask, two[0], waiting), *tasks.reported(features, ask, two[1])]
    told = bool(ask.message.attachments) and programmes.stated(ask, text, reading)
    if ask.message.attachments and not told and attachments.is_caption(ask, reading):
        return calls.as_list(features.readers[attachments.reader(ask)](ask))
    typed = None if whole else typed_labels.labelled(features, ask, text)
    if typed := typed or (None if whole or waiting else typed_labels.decided(features, ask, text)):
        return do(features, ask, typed)
    order = None if whole else newest.by_words(features, ask, text, reading.intent, waiting)
    done = calls.ordered(waiting, ask, *order) if order else None
    # 阵地：队室有，队报没有 is no question for who has not reported.
    if done is None and not programmes.begun(ask, text, reading) and (asked := features.ordered(reading)):
        done = calls.ordered(waiting, ask, *newest.instead(features, ask, *asked))
    if done is not None:
        return done
    intent = intents.intent(ask, text, reading, waiting is None)
    return _heard(features, replace(ask, args=text, reading=reading), intent, waiting)


def _heard(
    features: Features, ask: kit.Ask, intent: str, waiting: open_questions.OpenQuestion | None
) -> Sequence[kit.Reply]:
    """What is no order: by its reader, beside a question that waits."""
    assert ask.reading is not None
    understood = intent not in _IN_VAIN
    if waiting is None and not understood and (late := open_questions.unasked(ask, ask.args, ask.reading)):
        return [kit.Reply(late)]
    reader = features.readers.get(intent) or features.readers["unknown"]
    replies = [*tasks.instead(features, ask), *calls.as_list(reader(ask))]
    replies = [*replies, *tasks.beside(features, ask, replies)]
    if waiting and understood:
        return [*replies, *waiting.give_way(ask, intent)]
    if waiting and intent == "question" and calls.explains(ask):
        return [*replies, kit.Reply(waiting.reminder)]
    if waiting and (ask.message.private or intent == "unknown"):
        # Instead of how to report; what else was said of the words is still said.
        return [kit.Reply(waiting.reminder), *replies[1:]]
    return replies
