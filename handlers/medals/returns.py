"""退回: a nomination is sent back with a reason, which is asked for where none was given."""

from dataclasses import dataclass

from handlers.asker import context, inbox, levels
from handlers.kit import Ask, Refusal, Reply
from handlers.medals import decisions, review_queue
from handlers.medals.awards import approval
from handlers.registry import ANYTHING, command
from handlers.wording import names, questions
from storage.medals import nominations
from storage.medals.states import State

_OTHER_BUSINESS = ("checkin", "nomination", "review", "command")
_PRIVATE = "这条理由含个人信息，不能保存，还没有退回。为了保护孩子，请在聊天里删除那条消息。\n"


@dataclass(frozen=True, slots=True)
class _Returned:
    """The number of the case that is to be sent back."""

    number: str


@dataclass(frozen=True, slots=True)
class _Reasoned(_Returned):
    """The same with a reason that may be none."""

    reason: str


_STILL_WAITS = "好的，{number} 没有退回，还在待审。"
REASON = questions.Question(
    "return-reason", _Returned, undone="{number} 还没有退回。", dropped=_STILL_WAITS, then=(review_queue.LIST,),
    free=True, asks=f"请回复退回 {{number}} 的理由（{names.REASON_LIMIT}字以内），如：事迹材料不全",
)  # fmt: skip
SURE = questions.Question(
    "return-sure", _Reasoned, undone="{number} 还没有退回。", dropped=_STILL_WAITS, then=(review_queue.LIST,),
    yes="退回", no="不退回", final=True,
)  # fmt: skip


@command(
    "退回", "return", who=levels.DECIDERS, group="奖章", rank=17, help="退回一件提名，写明理由", glued=ANYTHING,
    examples=("退回 N20260403-07 事迹材料不全",),
)  # fmt: skip
def send_back(ask: Ask) -> list[Reply]:
    """Decide against it for now; without a reason the bot asks for one."""
    if (others := review_queue.of_another_kind(ask, "退回")) is not None:
        return list(others)
    if inbox.RANGE.match(ask.args):
        raise Refusal("退回要一件一件来，各写各的理由，像这样：退回 1 事迹材料不全", review_queue.LIST)
    number, reason = decisions.NUMBERS.first(ask, review_queue.with_numbers(ask, 1))
    case = review_queue.mine_to_decide(ask, number, "退回")
    if problem := names.problem_of(ask, reason):
        return _ask_reason(ask, case, f"{problem}\n")
    if ask.meant and reason:
        return [_sure(ask, case, reason)]
    return _send_back(ask, case, reason) if reason else _ask_reason(ask, case)


def _sure(ask: Ask, case: nominations.Case, reason: str) -> Reply:
    """A bare reply to the card may be a reason, or praise: a child's nomination is not sent back on a guess."""
    return Reply(f"要退回 {case.number}，理由就写「{reason}」吗？", SURE.put(ask, _Reasoned(case.number, reason)))


@questions.answers(SURE)
def sure(ask: Ask, known: _Reasoned) -> list[Reply]:
    """Sends it back with the words of the reply."""
    return _send_back(ask, review_queue.mine_to_decide(ask, known.number, "退回"), known.reason)


@questions.answers(REASON)
def reason_given(ask: Ask, known: _Returned) -> list[Reply] | None:
    """The text after 退回 without a reason; a report, nomination or command that comes instead is none."""
    heard = context.reading_of(ask, ask.args)
    if heard.intent in _OTHER_BUSINESS and heard.status in ("ok", "confirm", "partial"):
        return None
    try:
        case = review_queue.mine_to_decide(ask, known.number, "退回")
    except Refusal as refusal:
        # Said as an answer: a refusal would leave the question open, and every next text would hear it again.
        return [Reply(refusal.text, refusal.buttons)]
    return _send_back(ask, case, ask.args.strip())


def _send_back(ask: Ask, case: nominations.Case, reason: str) -> list[Reply]:
    if problem := names.problem_of(ask, reason):
        return _ask_reason(ask, case, f"{problem}\n")
    if names.has_private(context.reading_of(ask, reason)):
        # Cut out of the sentence it would leave a torn one.
        return _ask_reason(ask, case, _PRIVATE)
    kept = names.without_name(reason, decisions.nominee(ask, case))
    if len(kept) > names.REASON_LIMIT:
        return _ask_reason(ask, case, f"理由有 {len(kept)} 字，太长了。")
    approval.move(ask, case, State.RETURNED, kept)
    return [
        approval.confirmed(ask, [case], "退回", levels.Ladders(ask.db)),
        Reply(decisions.bad_news(ask, case, kept), to=case.holder),
    ]


def _ask_reason(ask: Ask, case: nominations.Case, problem: str = "") -> list[Reply]:
    REASON.put(ask, _Returned(case.number))
    return [Reply(f"{problem}{REASON.asks.format(number=case.number)}")]
