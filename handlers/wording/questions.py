"""Questions: what is asked, what answers it and how it ends; and the one vocabulary of yes and no for all of them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from handlers.kit import Answer, Ask, Button, Refusal
from handlers.registry import mark
from storage.messages import dialogues

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Known = TypeVar("Known", bound="DataclassInstance")
Answering: TypeAlias = Callable[[Ask, Known], Answer | None]

# What may mean anything that one has just heard, and what is said to a question only.
_COURTEOUS = "好|嗯|恩|行|可以|成|ok|okay|okey"
_FIRM = "是|对|(?:确定|确认)了?|没错|没问题|当然|必须|yes|yep|yeah|y|sure"
_DEED = (
    "报|记录?|登记|发(?:布|出去?)?|改|修改|更正|删[除掉]?|合|合并|退回?|看|查看|提名?|办理?|做|交接?|换|存|录|弄|"
    "要|用|需要|必|了"
)
_NOT = "不用|不要|不需要|不必|不想|不|别"
_STOP = f"算了|取消|免了|放弃|作罢|cancel|(?:我|就|都|先|暂时|现在)*(?:{_NOT})(?:{_DEED})了?"
# The deed on a button, said otherwise: 发出 is 发吧, 就这样发, 直接发出去; 发了 may be said of what has been sent.
_VERB = re.compile("[再都]?([发改删记提办退合授])")
_AT_ONCE = "(?:就|这样|这么|都|现在|马上|赶紧|直接|帮我|给我|请|再)*"
_DONE = "(?:布|除|掉|予|出去?|上|下来?)?(?:了(?=吧))?"
_NO = "否|不是|不对|不行|不可以|不成|(?:我|就|都|先)*不|别|没有?|还没有?|no|nope|n"
# Commands of other features that sound like an answer: with a number or a name behind them they are none.
_NEITHER = ("同意", "不同意", "通过", "不通过", "批准", "退回", "驳回", "撤回", "更正", "approve", "return", "correct")
# Alone they are a word.
_THUMBS = frozenset("👌👍🆗")
# 对的，今天只有合唱队: a yes, and why; no number, no other day, nothing that is wrong or still to be done.
_WITH_REASON = re.compile(
    r"((?:是|对|没错|没问题|确定|确认)[的啊呀]{0,2})[,，。\s]+[^\d?？不没但改昨前明再等别错另撤先吗]{2,16}"
)
_LONGEST = 30
_PARTICLES = "[的滴哒啊呀哦噢喔呢哈啦嘛咯呗吧嘞哟]*"
_SOFTLY = f"(?:(?:{_COURTEOUS}){_PARTICLES})*"
_FILLER = "(?:那就?|还是|[哦噢喔啊])?"
_POLITE = "(?:(?:谢谢|多谢|感谢|辛苦|麻烦)(?:老师|[您你])?了?|老师)*"


def says_yes(words: str, label: str = "") -> bool:
    """是, 好的, 行吧, 嗯嗯,可以 …, or what is on the button (`是,删除`: 删除 too): the whole answer is a yes."""
    return _said(rf"(?:(?:{_FIRM}|{_COURTEOUS}{_own(label)}){_PARTICLES})+", words)


def says_firmly(words: str, label: str = "") -> bool:
    """The same with at least one word that is said to a question only: 是, 确定, 好的,删除."""
    return says_yes(words, label) and not _said(rf"(?:(?:{_COURTEOUS}){_PARTICLES})+", words)


def says_no(words: str, label: str = "") -> bool:
    """否, 没有, 取消, 算了吧, 先不报了, 好的,不用了 …, or what is on the button: the whole answer is a no."""
    return _said(f"{_SOFTLY}(?:(?:{_NO}|{_STOP}{_own(label)}){_PARTICLES})+{_SOFTLY}", words)


def says_other(words: str, other: str) -> bool:
    """What is none of both and still answers: 是另一场 to 要改吗."""
    return bool(other) and _said(f"{_SOFTLY}(?:{other}){_PARTICLES}", words)


def says_stop(words: str) -> bool:
    """取消, 算了, 不报了: a no that is no answer either."""
    return _said(f"{_SOFTLY}(?:(?:{_STOP}){_PARTICLES})+{_SOFTLY}", words)


def command_like(words: str) -> str:
    """同意 of 家长同意了, 撤回 of 撤回吧: an answer or another command? Taken for neither."""
    return next((word for word in _NEITHER if _said(f"(?:我|都|家长|已经?)*{word}了?{_PARTICLES}", words)), "")


def _own(label: str) -> str:
    plain = _plain(label)
    words = [re.escape(word) for word in dict.fromkeys((plain, plain.removeprefix("是"))) if word]
    words += [f"{verb[1]}{_DONE}" for verb in [_VERB.match(plain.removeprefix("是"))] if verb]
    return f"|{_AT_ONCE}(?:{'|'.join(words)})" if words else ""


def _said(source: str, words: str) -> bool:
    # A question mark is no answer: 好吗? 可以?
    return len(words) <= _LONGEST and bool(_compiled(f"{_FILLER}{source}{_POLITE}").fullmatch(_plain(words)))


_compiled = cache(re.compile)


def _plain(words: str) -> str:
    """Without case, widths, white space and signs, but for the question mark."""
    plain = re.sub(r"[^\w?]|_", "", unicodedata.normalize("NFKC", words).lower())
    return plain or ("好" if _THUMBS.intersection(words) else "")


@dataclass(frozen=True, slots=True)
class Question(Generic[Known]):
    """
    One question. It waits for 24 hours in its chat, one at a time, and takes only what answers it.

    With the labels `yes` and `no` a yes is the answer, else whatever its @answers takes. A no ends every question.
    What is said of it may use the fields of `known`: `{number} 还没有删。`
    """

    kind: str
    # What was known when it was asked: a dataclass that JSON can hold.
    known: type[Known]
    # What has not been done yet, and what to answer.
    undone: str
    asks: str = "请回「是」或「否」。"
    # What is said to a no, and offered beside it.
    dropped: str = "好的，什么都没有做。"
    then: tuple[Button, ...] = ()
    yes: str = ""
    no: str = ""
    # What answers it as well as a yes, in other words: a regular expression.
    other: str = ""
    # A no is an answer as a yes is, to a field of yes and no: only 取消 and the like end it.
    either: bool = False
    # The answer is any words, so that 提名材料不全 is one although it begins with a command.
    free: bool = False
    # The reading intents and commands that take its place.
    ended_by: frozenset[str] = frozenset()
    # What is said where a report of another activity takes its place: it would be forgotten without a word.
    left: str = ""
    # The commands after which its @answers is asked once more, with no words: they may have done what it waits for.
    met_by: frozenset[str] = frozenset()
    # What it leads to is not undone: anything else that is understood ends it, and an old one needs more than 好的.
    final: bool = False

    def put(self, ask: Ask, known: Known) -> tuple[Button, ...]:
        """
        Ask it: the next text of this person in this chat that answers it goes to its @answers.

        Returns the buttons for yes and no, if it has them: they answer this one only, not the next of its kind.
        """
        kept = {"id": ask.inbox_id, **asdict(known)}
        kept = kept if ask.may_name else ask.door.hidden_in(kept)
        dialogues.open_question(ask.db, ask.vault, ask.message.where, self.kind, kept, ask.now)
        labels = ((self.yes, "是"), (self.no, "否")) if self.yes else ()
        return tuple(Button(label, answer=f"{word} {ask.inbox_id}") for label, word in labels)

    def waiting(self, ask: Ask) -> Known | None:
        """What is known to this question, where it is open with the asker in this chat."""
        one = ask.question
        if one is None or one.kind != self.kind or one.expires_at <= ask.now:
            return None
        kept = dict(ask.vault.open(one.payload))
        kept.pop("id", None)
        return self.known(**kept)

    def agreed(self, words: str) -> bool:
        """Whether these words are the yes to it, or its other answer."""
        if not self.yes:
            return False
        reason = None if self.final else _WITH_REASON.fullmatch(words)
        return says_yes(reason[1] if reason else words, self.yes) or says_other(words, self.other)

    def again(self, known: Known) -> Refusal:
        """Said to an answer that cannot be taken: what has not been done, and what to answer; it stays open."""
        offered = getattr(known, "offered", ())
        buttons = (Button(label, answer=answer) for label, answer in offered)
        return Refusal(self.said(self.undone + self.asks, known), *buttons)

    def said(self, text: str, known: Known) -> str:
        """One of its texts with what is known filled in."""
        return text.format(**asdict(known))


def answers(question: Question[Known]) -> Callable[[Answering[Known]], Answering[Known]]:
    """Declare `(Ask, known) -> Reply | [Reply] | None` for what answers a question: a yes, or the words in `ask.args`.

    None means `no answer`: it is read as another message. A Refusal leaves the question open, unless it was a yes.
    """
    return mark("_answers", question)
