"""The open question of a chat: what of a message answers it, and what becomes of it when something else is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.dispatch.features import Features
from handlers.kit import Ask, Refusal, Reply
from handlers.programmes.reports import last_report
from handlers.reading import Reading
from handlers.wording.questions import Answering, Question, command_like, says_firmly, says_no, says_stop, says_yes
from storage.messages import dialogues

# So long, and while nothing else is said, 好的 can only be meant for the question; later it may be said to anything.
_FRESH = timedelta(minutes=10)
# Who asks how to answer means to.
_HELP = "帮助"
# Read so, a text only asks for what is known.
_LOOKS = frozenset({"query", "key_date"})
_PRESSED = re.compile(r"(是|否) (\d{1,18})")
TOO_LATE = "上一个问题已经过了一天，不再等回答，这句没有照着做。请从头再发一次，像这样：三(2)中队 主题队日 38人"
NOT_ASKED = "现在没有要您回答的问题，什么都没有动。发「帮助」看看现在能做什么。"
_PAST = "那个问题已经过去了，什么都没有做。要做，请从头再发一次。"


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits, with what was known; `asked_in`: the message that it was asked for, as its buttons say."""

    question: Question[Any]
    known: Any
    answer: Answering[Any]
    asked_in: int
    asked_at: datetime

    @property
    def reminder(self) -> str:
        """What has not been done, and what to answer."""
        return self.question.again(self.known).text

    @property
    def is_about_report(self) -> bool:
        """Whether it asks for a yes about a report that is there: 不对,是28 and 撤回 go to that."""
        return bool(self.question.yes) and self.question.kind.startswith("report")

    def settled(self, ask: Ask, text: str) -> Sequence[Reply] | None:
        """What is said to a yes, a no, and what only sounds like one; None for all other words."""
        question, words = self.question, text
        if question.yes and (pressed := _PRESSED.fullmatch(text)):
            if int(pressed[2]) != self.asked_in:
                raise Refusal(_PAST)
            words = pressed[1]
        if says_stop(words) if question.either else says_no(words, question.no):
            dialogues.close(ask.db, ask.message.where)
            return [Reply(self._said(question.dropped), question.then)]
        if not question.yes and not question.either and says_yes(words):
            # 好的 is no number of heads, no activity and no reason.
            raise self.question.again(self.known)
        if question.agreed(words):
            return self._agreed(ask, words)
        if (word := command_like(words)) and not words.startswith("/"):
            how = f"「{word}」没有当作回答，也没有照着做：先答这个问题，或者发「取消」，再发「{word}」。"
            raise Refusal(f"{self.reminder}\n{how}")
        return None

    def _agreed(self, ask: Ask, words: str) -> Sequence[Reply]:
        if self.question.final and ask.now - self.asked_at >= _FRESH and not says_firmly(words, self.question.yes):
            raise self.question.again(self.known)
        # Closed before the answer, which may ask the next one.
        dialogues.close(ask.db, ask.message.where)
        try:
            return _list(self.answer(replace(ask, args=words), self.known) or ())
        except Refusal as refusal:
            refusal.ends_question = True
            raise

    def taken(self, ask: Ask, text: str) -> Sequence[Reply] | None:
        """What is said to an answer in words; None when the text is none, so that the question stays as it was."""
        if self.question.yes or ask.question is None:
            return None
        dialogues.close(ask.db, ask.message.where)
        replies = self.answer(replace(ask, args=text), self.known)
        if replies is None:
            dialogues.reopen(ask.db, ask.message.where, ask.question)
        return None if replies is None else _list(replies)

    def leaves(self, ask: Ask, text: str) -> bool:
        """Whether the text is a whole report of a row: it answers nothing but questions of reports."""
        return not self.question.kind.startswith("report") and last_report.is_whole(ask, text)

    def may_take(self, text: str, args: str) -> bool:
        """Whether a text that begins with a command's word may be free words: 提名材料不全, but not 提名三(1)王小明."""
        return self.question.free and is_glued(text, args) and not re.search(r"[\d\s]", text)

    def give_way(self, ask: Ask, to: str, looked: bool = False) -> list[Reply]:
        """
        Something else (an intent, a command's first word) was done: what is said if that ends or meets it.

        What only `looked` ends nothing.
        """
        if to in self.question.met_by:
            return list(self.taken(ask, "") or ())
        if self.question.final and ask.question is not None:
            # From now on 好的 may be said to that.
            dialogues.grow_old(ask.db, ask.message.where, ask.question, _FRESH)
        if to == _HELP:
            return []
        ends = self.question.final and not looked and to not in _LOOKS
        if not (ends or to in self.question.ended_by):
            now = dialogues.kind_at(ask.db, ask.message.where)
            if now == self.question.kind:
                return [Reply(self.reminder)] * self.question.final
            replaced = now != ""
            return [Reply(self._said(f"{self.question.undone}前面那个问题不再等回答，要做请再发一次。"))] * replaced
        # Where the next one is asked already, it took the place of this one.
        if not dialogues.close(ask.db, ask.message.where, ask.question):
            return []
        if self.question.final:
            return [Reply(self._said(f"{self.question.undone}那个问题不再等回答，要做请再发一次。"))]
        return [Reply(self._said(self.question.left))] if self._is_left(ask) else []

    def _is_left(self, ask: Ask) -> bool:
        """Whether what it was about is told no more: 队课, and then 升旗42人."""
        said = getattr(self.known, "said", "")
        told = [each.activity for each in ask.reading.records if each.activity] if ask.reading else []
        named = "ACTIVITY_MISSING" not in getattr(self.known, "issues", ())
        return bool(self.question.left and told) and named and not any(each in said for each in told)

    def _said(self, text: str) -> str:
        return self.question.said(text, self.known)


def is_glued(text: str, args: str) -> bool:
    """Whether nothing parts the word of a command from what follows: 看电影."""
    return bool(args) and text[text.find(args) - 1].isalnum()


def waiting(features: Features, ask: Ask) -> OpenQuestion | None:
    """The question that is open with the asker in this chat."""
    one = ask.question
    if one is None or one.expires_at <= ask.now or one.kind not in features.answers:
        return None
    question, answer = features.answers[one.kind]
    kept = dict(ask.vault.open(one.payload))
    asked_in = kept.pop("id", 0)
    try:
        known = question.known(**kept)
    except TypeError:
        # Asked by an earlier release, which knew other things.
        return None
    return OpenQuestion(question, known, answer, asked_in, one.asked_at)


def unasked(ask: Ask, text: str, reading: Reading) -> str:
    """What is said to an answer that comes a day late, or to no question at all; empty for other words."""
    if ask.question is not None and (reading.intent == "unknown" or says_firmly(text)):
        dialogues.close(ask.db, ask.message.where)
        return TOO_LATE
    return NOT_ASKED if ask.message.private and says_firmly(text) else ""


def _list(replies: Reply | Sequence[Reply]) -> Sequence[Reply]:
    return [replies] if isinstance(replies, Reply) else replies
