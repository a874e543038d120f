"""提名, 我的提名, 撤回提名: counselors propose children and squads for medals and hear what comes of it."""

from dataclasses import dataclass

from handlers.asker import context
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.medals import proposals
from handlers.medals.reviewers import NUMBERS, decided, reviewers
from handlers.registry import ANYTHING, command, reads
from handlers.wording import days, medals, names, private
from handlers.wording.consents import consent_of, needs_consent, said
from handlers.wording.questions import Question, answers
from scheduling.periods import term_of
from storage.children import children, consents
from storage.medals import nominations
from storage.medals.nominations import Case, Draft, State
from storage.organisation import units

# More at once come as one list, so that a whole 接龙 does not ring twenty times.
_CARDS = 3
_LISTED = 10
_BELOW = {"S2": "一星章", "S3": "二星章", "S4": "三星章", "S5": "四星章"}
_MINE = Button("我的提名", "我的提名")
# What else may stand beside 书面 9月1日 in an answer; more is another message.
LONGEST_REST = 10


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Nominations that wait for a guardian's consent: unit, medal, name, reason of each."""

    wishes: list[tuple[int, str, str, str]]


CONSENT = Question(
    "consent", _Waiting, undone="还没有提名。",
    asks="请回复家长同意的方式和日期,如:书面 9月1日。还没有同意,回「还没有」。",
    dropped="好的,没有记下孩子的信息。收到家长的同意书以后,请重新提名。", then=(_MINE,),
)  # fmt: skip
_ABOUT_MINE = ("nomination_query", "nomination_cancel", "nomination_replace")


@command(
    "提名", "nominate", who=proposals.NOMINATORS, group="奖章", rank=7, help="提名队员或中队争奖章", glued=ANYTHING,
    examples=("提名 四(1)中队 王小明 一星章 学雷锋事迹突出", "提名 五(2)中队 集体一星章"),
)  # fmt: skip
@reads("nomination")
def nominate(ask: Ask) -> list[Reply]:
    """Open a case for each nominee; nothing is stored unless all that was said is understood and allowed."""
    if proposals.NOMINATORS.isdisjoint(ask.me.roles):
        raise Denied("提名由中队辅导员或大队辅导员来做,请告诉他们。", what="提名")
    heard = ask.reading or context.reading_of(ask, f"提名 {ask.args}")
    if heard.intent in _ABOUT_MINE:
        return [show_mine(ask)]
    names.check(ask, heard)
    asked = proposals.understood(ask, heard)
    notes = [proposals.question(ask, heard) if heard.status == "partial" else "", private.privacy_warning(heard.issues)]
    ready = [wish for wish in asked if _may_be_kept(ask, wish)]
    waiting = [wish for wish in asked if wish not in ready]
    notes += [f"家长同意:{said(given)}" for given in {wish.consent for wish in ready if wish.consent}]
    replies = _take(ask, ready, notes) if ready or not waiting else [Reply(note) for note in notes if note]
    return [*replies, *([_ask_consent(ask, waiting)] if waiting else [])]


def _take(ask: Ask, wishes: list[proposals.Proposal], notes: list[str]) -> list[Reply]:
    """Store them, tell the asker and the reviewers."""
    opened = [_open(ask, wish) for wish in wishes]
    fresh = [case for case, is_new in opened if is_new]
    old = [case for case, is_new in opened if not is_new and case not in fresh]
    kept = [_kept(ask, case, wish) for wish, (case, _) in zip(wishes, opened, strict=True) if case in old]
    return [_answer(ask, fresh, old, [note for note in (*kept, *notes) if note]), *_cards(ask, fresh)]


def _may_be_kept(ask: Ask, wish: proposals.Proposal) -> bool:
    """PIPL 31: of a child under fourteen nothing is kept before a guardian has agreed."""
    if wish.consent or not needs_consent(wish.name):
        return True
    known = children.find(ask.db, ask.vault, wish.unit.id, wish.name)
    return known is not None and bool(consents.standing(ask.db, [known]))


def _ask_consent(ask: Ask, waiting: list[proposals.Proposal]) -> Reply:
    """One question for all of them; until it is answered their names stand in the sealed question only."""
    if not ask.message.private:
        return Reply(f"有 {len(waiting)} 件还没有记家长同意,没有收下。请私聊我发。")
    rows = [(wish.unit.id, wish.medal, wish.name, wish.reason) for wish in waiting]
    CONSENT.put(ask, _Waiting(rows))
    who = "、".join(dict.fromkeys(f"{wish.unit.name} {wish.name}" for wish in waiting))
    like = f"书面 {days.short(ask.today)}"
    return Reply(
        f"还没有记:{who} 的家长同意了吗?\n学校收到同意书了,请回复方式和日期,如:{like}\n"
        "还没有,就先不提名,不影响孩子。同意书由学校保存。",
        (Button("书面,今天", answer="书面 今天"), Button("还没有", answer="还没有")),
    )


@answers(CONSENT)
def consented(ask: Ask, known: _Waiting) -> list[Reply] | None:
    """How and when the guardians agreed: then the nominations are opened; 还没有收到 forgets them."""
    if ask.args.startswith(("还没", "没有")):
        return [Reply(CONSENT.dropped, CONSENT.then)]
    given, rest = consent_of(ask.args, ask.today)
    if given is None or len(rest) > LONGEST_REST:
        return None
    wishes = [
        proposals.Proposal(units.by_id(ask.db, id), medal, name, why, given) for id, medal, name, why in known.wishes
    ]
    for wish in wishes:
        proposals.check_unit(ask, wish.unit)
    return _take(ask, wishes, [f"家长同意:{said(given)}"])


def _open(ask: Ask, wish: proposals.Proposal) -> tuple[Case, bool]:
    child_id = children.find_or_add(ask.db, ask.vault, wish.unit.id, wish.name, ask.today) if wish.name else None
    if child_id is not None and wish.consent:
        consents.give(ask.db, child_id, wish.consent, ask.me.id, ask.now)
    draft = Draft(wish.unit.id, child_id, wish.medal, term_of(ask.today), ask.me.id, wish.reason)
    return nominations.open_case(ask.db, ask.vault, draft, ask.today, ask.now)


def _kept(ask: Ask, case: Case, wish: proposals.Proposal) -> str:
    """What becomes of another reason for a case that stands: it stays as the reviewers read it."""
    if not wish.reason or wish.reason == medals.reason_of(ask, case.reason):
        return ""
    mine = case.holder == ask.me.id and case.state is State.SUBMITTED
    return f"{case.number} 的理由没有改。" + (f"要改,先发「撤回提名 {case.number}」,再重新提名。" if mine else "")


def _answer(ask: Ask, fresh: list[Case], old: list[Case], notes: list[str]) -> Reply:
    if not ask.message.private:
        return Reply("\n".join([*_in_group(fresh, old), *notes]))
    words = medals.case_lines(ask, [*fresh, *old])
    lines = [f"已收到提名 {case.number}:{words[case.id]}" for case in fresh]
    lines += [
        f"已有提名 {case.number},{medals.state_of(case)}:{words[case.id]}"
        f"({case.nominator} {days.moment(case.made_at, ask.now.tzinfo)} 提名)"
        for case in old
    ]
    if len(fresh) == 1:
        lines.append(f"理由:{medals.reason_of(ask, fresh[0].reason) or '未写'}")
    if fresh:
        lines.append(_next(ask, fresh))
    withdraw = (Button("撤回提名", "撤回提名", f"{fresh[0].number}"),) if len(fresh) == 1 else ()
    return Reply("\n".join([*lines, *notes]), (*withdraw, _MINE))


def _in_group(fresh: list[Case], old: list[Case]) -> list[str]:
    got = [f"已收到提名 {'、'.join(case.number for case in fresh)},详情请私聊"] if fresh else []
    return got + [f"已有提名 {case.number},{medals.state_of(case)},详情请私聊" for case in old]


def _next(ask: Ask, fresh: list[Case]) -> str:
    who = {person.name: None for case in fresh for person in reviewers(ask, ask.me, case.unit)}
    higher = {
        f"{medals.label(case.medal)}由{medals.higher_level(case.medal)}决定": None
        for case in fresh
        if medals.higher_level(case.medal)
    }
    first = f"学校先做大队审核,{'、'.join(higher)}。" if higher else ""
    if not who:
        return f"{first}本校还没有登记可以审的人(大队辅导员提名的由学校管理员审),请联系管理员登记。"
    return f"{first}已请{'、'.join(who)}审核,有结果马上告诉您。"


def _cards(ask: Ask, fresh: list[Case]) -> list[Reply]:
    """What each reviewer gets, in private: a card a case, or one list of many."""
    by_person: dict[int, list[Case]] = {}
    for case in fresh:
        for person in reviewers(ask, ask.me, case.unit):
            by_person.setdefault(person.id, []).append(case)
    return [
        card for to, cases in by_person.items() for card in _cards_of(ask, to, cases, medals.case_lines(ask, cases, to))
    ]


def _cards_of(ask: Ask, to: int, cases: list[Case], words: dict[int, str]) -> list[Reply]:
    if len(cases) > _CARDS:
        lines = [f"{ask.me.name}提名 {len(cases)} 件,请审核", *(f"{case.number} {words[case.id]}" for case in cases)]
        return [Reply("\n".join([*lines, "发「待审」一件一件看。"]), (Button("待审", "待审"),), to=to)]
    return [_card(ask, to, case, words[case.id]) for case in cases]


def _card(ask: Ask, to: int, case: Case, about: str) -> Reply:
    lines = [f"请审核提名 {case.number}:{about}", f"提名人:{case.nominator}"]
    lines.append(f"理由:{medals.reason_of(ask, case.reason) or '未写'}")
    if case.medal in _BELOW:
        whose = "集体" if case.child_id is None else ""
        lines.append(f"请核对:{medals.label(case.medal)}从{whose}{_BELOW[case.medal]}获得者中推荐。")
    before = nominations.returned(ask.db, case)
    if before:
        step = nominations.last_steps(ask.db, [before.id])[before.id]
        lines.append(f"上次 {before.number} 退回:{medals.reason_of(ask, step.reason)}")
    lines.append(f"请发「同意 {case.number}」或「退回 {case.number} 理由」。")
    buttons = [Button(word, word, case.number, reply=word == "退回") for word in ("同意", "退回")]
    return Reply("\n".join(lines), (*buttons, Button("待审", "待审")), to=to, about=case.number)


@command(
    "我的提名", "nominations", who=proposals.NOMINATORS, group="奖章", rank=10, help="看我的提名走到哪一步",
    examples=("我的提名",),
)  # fmt: skip
@reads(*_ABOUT_MINE)
def show_mine(ask: Ask) -> Reply:
    """The asker's latest cases; also the answer to questions about them and wishes to change them."""
    cases = nominations.of_person(ask.db, ask.me.id, _LISTED)
    if not cases:
        return Reply(f"您还没有提名。像这样发:{proposals.resend(ask).partition(':')[2]}")
    words = medals.case_lines(ask, cases)
    steps = nominations.last_steps(ask.db, [case.id for case in cases])
    lines = ["您最近的提名"]
    for case in cases:
        why = medals.reason_of(ask, steps[case.id].reason) if ask.message.private else ""
        lines.append(f"{case.number} {words[case.id]} {medals.state_of(case)}{f':{why}' if why else ''}")
    return Reply("\n".join([*lines, "待审的可以撤回,发「撤回提名 编号」;要改就撤回后重新提名。"]))


@command(
    "撤回提名", "withdraw", who=proposals.NOMINATORS, group="奖章", rank=27, help="撤回一件还没审的提名",
    glued=ANYTHING, examples=("撤回提名 N20260403-07",),
)  # fmt: skip
def withdraw(ask: Ask) -> Reply:
    """The nominator takes a case back while nobody has decided; a new one may follow."""
    number, _ = NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号,如「撤回提名 {NUMBERS.like(ask)}」。编号在「我的提名」里。", _MINE)
    case = nominations.by_number(ask.db, number)
    if case is None or case.holder != ask.me.id:
        none = f"{NUMBERS.unknown(ask, number)}编号在「我的提名」里。"
        raise Denied(none, _MINE, what="撤回提名", subject=f"nomination:{case.id}") if case else Refusal(none, _MINE)
    if not nominations.move(ask.db, ask.vault, case, State.WITHDRAWN, ask.me.id, ask.now):
        step = nominations.last_steps(ask.db, [case.id])[case.id]
        raise Refusal(f"{number} 不能撤回了:{decided(ask, step)}。有疑问请和审核人联系。", _MINE)
    about = f":{medals.case_lines(ask, [case])[case.id]}" if ask.message.private else ""
    return Reply(f"已撤回提名 {number}{about}\n要改内容,请重新提名。", (_MINE,), closes=((number, "提名人已撤回"),))
