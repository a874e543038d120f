"""待审, 同意, 退回: the brigade counselor or school admin decides on nominations, never on their own."""

import re
from dataclasses import dataclass, replace

from handlers.asker import context
from handlers.kit import Answer, Ask, Button, Denied, Refusal, Reply, Role
from handlers.medals.reviewers import NUMBERS, decided, reviewers, reviewing_roles
from handlers.registry import ANYTHING, command, reads
from handlers.wording import consents, days, medals, private
from handlers.wording.names import problem_of
from handlers.wording.private import REASON_LIMIT
from handlers.wording.questions import Question, answers
from storage.base import key_values
from storage.children import children
from storage.medals import nominations
from storage.medals.nominations import Case, State
from storage.organisation.units import Kind
from storage.people import people

REVIEWERS = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
# WeCom shows at most six buttons on a card: two a case.
_WITH_BUTTONS = 3
_LISTED = 10
_LIST = Button("待审", "待审")
_OTHER_BUSINESS = ("checkin", "nomination", "review", "command")
_PRIVATE = "这条理由含个人信息,不能保存,还没有退回。为了保护孩子,请在聊天里删除那条消息。\n"


@dataclass(frozen=True, slots=True)
class _Returned:
    """The number of the case that is to be sent back."""

    number: str


@dataclass(frozen=True, slots=True)
class _Reasoned(_Returned):
    """The same with a reason that may be none."""

    reason: str


_STILL_WAITS = "好的,{number} 没有退回,还在待审。"
REASON = Question(
    "return-reason", _Returned, undone="{number} 还没有退回。", dropped=_STILL_WAITS, then=(_LIST,), free=True,
    asks=f"请回复退回 {{number}} 的理由({REASON_LIMIT}字以内),如:事迹材料不全",
)  # fmt: skip
SURE = Question(
    "return-sure", _Reasoned, undone="{number} 还没有退回。", dropped=_STILL_WAITS, then=(_LIST,), yes="退回",
    no="不退回", final=True,
)  # fmt: skip
# A place in the list that was shown last: 同意 1, 退回 2 材料不全.
_PLACE = re.compile(r"\s*第?(\d{1,2})(?:[号件个条](?!\w)|(?![\w:]))[\s,，:：、。]*")


@command("待审", "pending", who=REVIEWERS, group="奖章", rank=5, help="看等您审核的提名", examples=("待审",))
def show_pending(ask: Ask) -> Reply:
    """The oldest cases that wait for the asker, the first ones with buttons; with a number that one, whole."""
    number, _ = NUMBERS.first(ask, _with_numbers(ask))
    if number and ask.message.private:
        return _one(ask, _mine_to_decide(ask, number, "待审"))
    cases = _pending(ask)
    if not cases:
        return Reply("没有等您审核的提名。有新提名时会马上告诉您。")
    if not ask.message.private:
        return Reply(f"有 {len(cases)} 件提名待审,请私聊我发「待审」看详情。")
    key_values.put(ask.db, _shown(ask), " ".join(case.number for case in cases[:_LISTED]), ask.now)
    lines = [f"待审 {len(cases)} 件", *_lines(ask, cases[:_LISTED])]
    if len(cases) > _LISTED:
        lines.append(f"还有 {len(cases) - _LISTED} 件,审完前面的再发「待审」。")
    if len(cases) > _WITH_BUTTONS:
        lines.append(f"看后面的理由,发「待审 {_WITH_BUTTONS + 1}」这样的序号。")
    lines.append("请发「同意 序号」或「退回 序号 理由」,也可以写编号。")
    return Reply("\n".join(lines), _buttons(cases[:_WITH_BUTTONS]))


def _one(ask: Ask, case: Case) -> Reply:
    lines = [f"{case.number} {medals.case_lines(ask, [case])[case.id]}", f"提名人:{case.nominator}"]
    lines.append(f"理由:{medals.reason_of(ask, case.reason) or '未写'}")
    buttons = [Button(word, word, case.number, reply=word == "退回") for word in ("同意", "退回")]
    return Reply("\n".join(lines), (*buttons, _LIST))


def _shown(ask: Ask) -> str:
    return f"pending-shown:{ask.me.id}"


def _with_numbers(ask: Ask, most: int = _LISTED) -> str:
    """
    The words with the places (`most` of them) that they begin with written as case numbers.

    The places of the list that was shown last: of the present one every decision would move those after it.
    """
    words = ask.args
    numbers: list[str] = []
    shown = key_values.get(ask.db, _shown(ask))
    listed = shown.value.split() if shown else [case.number for case in _pending(ask)[:_LISTED]]
    while len(numbers) < most and (match := _PLACE.match(words)):
        place = int(match[1])
        if not 0 < place <= len(listed):
            raise Refusal(f"待审里没有第 {place} 件。发「待审」看现在的序号。", _LIST)
        numbers.append(listed[place - 1])
        words = words[match.end() :]
    return " ".join([*numbers, words])


def _lines(ask: Ask, cases: list[Case]) -> list[str]:
    words = medals.case_lines(ask, cases)
    lines = []
    for place, case in enumerate(cases, 1):
        lines.append(f"{place}. {case.number} {words[case.id]}(提名人 {case.nominator})")
        if place <= _WITH_BUTTONS:
            lines.append(f"   理由:{medals.reason_of(ask, case.reason) or '未写'}")
    return lines


def _buttons(cases: list[Case]) -> tuple[Button, ...]:
    return tuple(
        Button(f"{place} {word}", word, case.number) for place, case in enumerate(cases, 1) for word in ("同意", "退回")
    )


def _pending(ask: Ask) -> list[Case]:
    """In the asker's scope, without their own and without those that only a school admin decides."""
    cases = nominations.pending(ask.db, ask.me.paths(REVIEWERS), but_by=ask.me.id)
    nominators = {id_: people.by_id(ask.db, id_, ask.now) for id_ in {case.nominator_id for case in cases}}
    return [case for case in cases if _my_roles(ask, case) & reviewing_roles(nominators[case.nominator_id], case.unit)]


def _my_roles(ask: Ask, case: Case) -> frozenset[Role]:
    return frozenset(grant.role for grant in ask.me.grants if grant.unit.covers(case.unit)) & REVIEWERS


@command(
    "同意", "approve", who=REVIEWERS | consents.RECORDERS, group="奖章", rank=16, help="通过一件提名,或记家长同意",
    glued=ANYTHING,
    examples=("同意 N20260403-07", "同意 N20260403-07 N20260403-08", "同意 三(2)中队 王小明 书面 9月1日"),
)  # fmt: skip
def approve(ask: Ask) -> list[Reply]:
    """Decide for one case or several (a higher level's: 大队审核 alone); 同意 王小明 书面 9月1日 is a consent."""
    if consents.is_consent(ask.args):
        return [consents.record(ask)]
    if REVIEWERS.isdisjoint(ask.me.roles):
        raise Denied("审核提名由大队辅导员或学校管理员来做。", what="同意")
    numbers, _ = NUMBERS.leading(ask, _with_numbers(ask))
    cases = [_mine_to_decide(ask, number, "同意") for number in numbers or ("",)]
    for case in cases:
        consents.check(ask, case)
        _move(ask, case, State.APPROVED)
    return [_confirm(ask, cases, "同意"), *(Reply(_good_news(ask, case), to=case.holder) for case in cases)]


@command(
    "退回", "return", who=REVIEWERS, group="奖章", rank=17, help="退回一件提名,写明理由", glued=ANYTHING,
    examples=("退回 N20260403-07 事迹材料不全",),
)  # fmt: skip
def send_back(ask: Ask) -> list[Reply]:
    """Decide against it for now; without a reason the bot asks for one."""
    number, reason = NUMBERS.first(ask, _with_numbers(ask, 1))
    case = _mine_to_decide(ask, number, "退回")
    if problem := problem_of(ask, reason):
        return _ask_reason(ask, case, f"{problem}\n")
    if ask.meant and reason:
        return [_sure(ask, case, reason)]
    return _send_back(ask, case, reason) if reason else _ask_reason(ask, case)


def _sure(ask: Ask, case: Case, reason: str) -> Reply:
    """A bare reply to the card may be a reason, or praise: a child's nomination is not sent back on a guess."""
    return Reply(f"要退回 {case.number},理由就写「{reason}」吗?", SURE.put(ask, _Reasoned(case.number, reason)))


@answers(SURE)
def sure(ask: Ask, known: _Reasoned) -> list[Reply]:
    """Sends it back with the words of the reply."""
    return _send_back(ask, _mine_to_decide(ask, known.number, "退回"), known.reason)


@answers(REASON)
def reason_given(ask: Ask, known: _Returned) -> list[Reply] | None:
    """The text after 退回 without a reason; a report, nomination or command that comes instead is none."""
    heard = context.reading_of(ask, ask.args)
    if heard.intent in _OTHER_BUSINESS and heard.status in ("ok", "confirm", "partial"):
        return None
    try:
        case = _mine_to_decide(ask, known.number, "退回")
    except Refusal as refusal:
        # Said as an answer: a refusal would leave the question open, and every next text would hear it again.
        return [Reply(refusal.text, refusal.buttons)]
    return _send_back(ask, case, ask.args.strip())


@reads("review")
def decide(ask: Ask) -> Answer:
    """A decision in other words than the commands', e.g. `N20260403-07 通过`."""
    if REVIEWERS.isdisjoint(ask.me.roles):
        raise Denied("审核提名由大队辅导员或学校管理员来做。", what="审核")
    heard = ask.heard.review or {}
    deed = {"approve": approve, "return": send_back}.get(str(heard.get("decision")), show_pending)
    ids = heard.get("ids")
    numbers = " ".join(ids) if isinstance(ids, list) else heard.get("id") or ""
    return deed(replace(ask, args=f"{numbers} {heard.get('reason') or ''}"))


def _send_back(ask: Ask, case: Case, reason: str) -> list[Reply]:
    if problem := problem_of(ask, reason):
        return _ask_reason(ask, case, f"{problem}\n")
    if private.has_private(context.reading_of(ask, reason)):
        # Cut out of the sentence it would leave a torn one.
        return _ask_reason(ask, case, _PRIVATE)
    kept = private.without_name(reason, _name(ask, case))
    if len(kept) > REASON_LIMIT:
        return _ask_reason(ask, case, f"理由有 {len(kept)} 字,太长了。")
    _move(ask, case, State.RETURNED, kept)
    return [_confirm(ask, [case], "退回"), Reply(_bad_news(ask, case, kept), to=case.holder)]


def _name(ask: Ask, case: Case) -> str:
    return children.names(ask.db, ask.vault, [case.child_id])[case.child_id] if case.child_id else ""


def _ask_reason(ask: Ask, case: Case, problem: str = "") -> list[Reply]:
    REASON.put(ask, _Returned(case.number))
    return [Reply(f"{problem}{REASON.asks.format(number=case.number)}")]


def _mine_to_decide(ask: Ask, number: str, word: str) -> Case:
    """The case, if the asker may decide on it now; another school's is answered like none."""
    if not number:
        raise Refusal(f"请写上编号,如「{word} {NUMBERS.like(ask)}」。编号在「待审」里。", _LIST)
    case = nominations.by_number(ask.db, number)
    none = f"{NUMBERS.unknown(ask, number)}发「待审」看等您审核的。"
    if case is None:
        raise Refusal(none, _LIST)
    subject = f"nomination:{case.id}"
    if not _my_roles(ask, case):
        raise Denied(none, _LIST, what=word, subject=subject)
    if case.state is not State.SUBMITTED:
        raise Refusal(_already(ask, case), _LIST)
    nominator = people.by_id(ask.db, case.nominator_id, ask.now)
    if ask.me.id in (nominator.id, case.holder):
        own = f"{number} 是您自己提名的,不能自己审。{_who_decides(ask, case)}"
        raise Denied(own, what=word, subject=subject)
    if not _my_roles(ask, case) & reviewing_roles(nominator, case.unit):
        peers = f"{number} 由大队辅导员提名,大队辅导员不审。{_who_decides(ask, case)}"
        raise Denied(peers, what=word, subject=subject)
    return case


def _who_decides(ask: Ask, case: Case) -> str:
    names = "、".join(
        person.name for person in reviewers(ask, people.by_id(ask.db, case.nominator_id, ask.now), case.unit)
    )
    return f"由{names}审核。" if names else "本校还没有别的审核人,请联系管理员登记。"


def _already(ask: Ask, case: Case) -> str:
    step = nominations.last_steps(ask.db, [case.id])[case.id]
    why = medals.reason_of(ask, step.reason) if ask.message.private else ""
    return f"{case.number} {decided(ask, step)},不用再审。" + (f"\n理由:{why}" if why else "")


def _move(ask: Ask, case: Case, state: State, reason: str = "") -> None:
    """Store the decision; of two at the same moment the second hears the first."""
    if not nominations.move(ask.db, ask.vault, case, state, ask.me.id, ask.now, reason):
        now = nominations.by_number(ask.db, case.number)
        assert now is not None
        raise Refusal(_already(ask, now), _LIST)


def _confirm(ask: Ask, cases: list[Case], word: str) -> Reply:
    direct = ask.message.private
    about = medals.case_lines(ask, cases)
    lines = [f"已{word} {case.number}" + (f":{about[case.id]}" if direct else "") for case in cases]
    told = "、".join({case.keeper or case.nominator: None for case in cases}) if direct else "提名人"
    higher = "、".join({medals.higher_level(case.medal): None for case in cases if medals.higher_level(case.medal)})
    step = f"这是大队审核,{higher}另行决定。" if word == "同意" and higher else ""
    left = len(_pending(ask))
    after = f"还有 {left} 件待审。" if left else "没有别的待审了。"
    closes = tuple((case.number, f"{ask.me.name}已{word}") for case in cases)
    return Reply("\n".join([*lines, f"已告诉{told}。{step}{after}"]), (_LIST,) if left else (), closes=closes)


def _good_news(ask: Ask, case: Case) -> str:
    higher = medals.higher_level(case.medal)
    waits = f"这是大队审核;{medals.label(case.medal)}由{higher}决定,现在还没有结果。"
    after = waits if higher else "颁章以学校少工委的通知为准。"
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    return (
        f"提名 {case.number} 已通过校级审核:{about}\n{ask.me.name} {days.moment(ask.now, ask.now.tzinfo)} 同意。{after}"
    )


def _bad_news(ask: Ask, case: Case, reason: str) -> str:
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    # As the reader knows it: a school nominates itself as 学校大队.
    words = about.replace(medals.collective_name(case.unit), "学校大队") if case.unit.kind == Kind.SCHOOL else about
    why = f"理由:{reason}({ask.me.name} {days.moment(ask.now, ask.now.tzinfo)})"
    return f"提名 {case.number} 被退回:{about}\n{why}\n补好后重新发「提名 {words} 理由」,会有新编号。"
