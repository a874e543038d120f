"""提名, 我的提名, 撤回提名: counselors propose children and squads for medals and hear what comes of it."""

from dataclasses import dataclass

from handlers import nameless
from handlers.kit import ANYTHING, Ask, Button, Refusal, Reply, Role, Unit, command, reads
from handlers.medals import (
    REASON_LIMIT,
    decided,
    higher_level,
    is_place,
    is_star,
    label,
    may_name,
    moment,
    numbered,
    reason_of,
    reviewers,
    said,
    stands,
    without_name,
    without_private,
)
from handlers.reading import Nomination, Reading, read
from handlers.surroundings import context_of, unit_named
from handlers.texts import privacy_warning
from scheduling.periods import term_of
from storage import children, nominations
from storage.nominations import Case, Draft, State
from storage.units import Kind

NOMINATORS = frozenset({Role.COUNSELOR, Role.BRIGADE})
_MOST = 20
# More at once come as one list, so that a whole 接龙 does not ring twenty times.
_CARDS = 3
_LISTED = 10
_BELOW = {"S2": "一星章", "S3": "二星章", "S4": "三星章", "S5": "四星章"}
_MINE = Button("我的提名", "我的提名")
_ABOUT_MINE = ("nomination_query", "nomination_cancel", "nomination_replace")
# The bot keeps no register of awards: who holds the star below is for the reviewer to check.
_LEFT_TO_REVIEW = {"LEVEL_SKIP"}
_QUESTIONS = {
    "UNIT_MISSING": "请问是哪个中队?",
    "UNIT_AMBIGUOUS": "请写清楚是哪个中队。",
    "UNIT_UNKNOWN": "没有找到这个中队,请核对。",
    "NAME_MISSING": "请写上提名谁;提名中队就写「集体」。",
    "NAME_INCOMPLETE": "请写队员的全名。",
    "NAME_UNKNOWN": "名单里没有这个名字,请核对。",
    "NAME_AMBIGUOUS": "这个中队有同名的队员,请写清楚是哪一位。",
    "MEDAL_MISSING": "请写上是什么奖章。",
    "MEDAL_AMBIGUOUS": "请写清楚是哪一枚奖章:一星章、二星章、三星章、四星章、五星章。",
    "MEDAL_UNKNOWN": "没有这种奖章,请写星级章(如一星章)或基础章(如向阳章、红旗章)。",
    "MEDAL_CONFLICT": "一次请只写一枚星级章。",
    "COLLECTIVE_NOT_ALLOWED": "集体只能提名星级章,基础章和特色章只给队员个人。",
    "COLLECTIVE_UNIT": "集体星级章只给中队或大队,小队不能提名。",
    "NOT_MEMBER": "星级章只给少先队员,入队以后再提名。",
    "BASIC_INCOMPLETE": "一星章要先获得本年级的全部基础章。",
    "ALREADY_AWARDED": "这枚奖章已经得过了。",
    "QUOTA_EXCEEDED": "这枚奖章的名额已经用完。",
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """A nomination that is complete and allowed: the unit is the asker's, the reason fit to be stored."""

    unit: Unit
    medal: str
    name: str
    reason: str


@command(
    "提名",
    "nominate",
    who=NOMINATORS,
    help="提名队员或中队争奖章",
    examples=("提名 四(1)中队 王小明 一星章 学雷锋事迹突出", "提名 五(2)中队 集体一星章"),
    glued=ANYTHING,
)
@reads("nomination")
def nominate(ask: Ask) -> list[Reply]:
    """Open a case for each nominee; nothing is stored unless all that was said is understood and allowed."""
    if NOMINATORS.isdisjoint(ask.me.roles):
        raise Refusal("提名由中队辅导员或大队辅导员来做,请告诉他们。")
    heard = ask.reading or read(f"提名 {ask.args}", context_of(ask))
    if heard.intent in _ABOUT_MINE:
        return [show_mine(ask)]
    nameless.check(ask, heard)
    wishes = _wishes(ask, heard)
    opened = [_open(ask, wish) for wish in wishes]
    fresh = [case for case, is_new in opened if is_new]
    old = [case for case, is_new in opened if not is_new and case not in fresh]
    kept = [_kept(ask, case, wish) for wish, (case, _) in zip(wishes, opened, strict=True) if case in old]
    question = _question(ask, heard) if heard.status == "partial" else ""
    notes = [note for note in (*kept, question, privacy_warning(heard.issues)) if note]
    return [_answer(ask, fresh, old, notes), *_cards(ask, fresh)]


def _wishes(ask: Ask, heard: Reading) -> list[_Wish]:
    if any(each.target == "adult" for each in heard.nominations):
        raise Refusal("这里只提名队员、中队和大队。辅导员和志愿者的荣誉请向上级少工委或关工委申报。")
    full = [each for each in heard.nominations if _is_full(each)]
    if not full or not (heard.status in ("ok", "confirm", "partial") or _asked(heard) == _LEFT_TO_REVIEW):
        raise Refusal(_question(ask, heard))
    if len(full) > _MOST:
        raise Refusal(f"一次最多提名 {_MOST} 件,这次有 {len(full)} 件。请分几次发。")
    return [_wish(ask, heard, each) for each in dict.fromkeys(full)]


def _wish(ask: Ask, heard: Reading, each: Nomination) -> _Wish:
    unit, medal = _unit(ask, each), each.medal or ""
    if _collective(each):
        _check_collective(each, unit, medal)
    elif unit.kind != Kind.SQUAD:
        raise Refusal(f"{_QUESTIONS['UNIT_MISSING']}{_resend(ask, each)}")
    reason = without_name(without_private(each.reason or "", heard), each.name or "")
    if len(reason) > REASON_LIMIT:
        raise Refusal(f"理由有 {len(reason)} 字,请缩短到 {REASON_LIMIT} 字以内再发一次。")
    return _Wish(unit, medal, "" if _collective(each) else each.name or "", reason)


def _asked(heard: Reading) -> set[str]:
    return {issue for issue in heard.issues if not issue.startswith("PII_")}


def _is_full(each: Nomination) -> bool:
    return bool(each.unit and each.medal and (each.name or _collective(each)))


def _collective(each: Nomination) -> bool:
    return each.target == "collective"


def _check_collective(each: Nomination, unit: Unit, medal: str) -> None:
    if not is_star(medal) and not medal.startswith("H:"):
        raise Refusal(_QUESTIONS["COLLECTIVE_NOT_ALLOWED"])
    if "#" in (each.unit or "") or unit.kind not in (Kind.SQUAD, Kind.SCHOOL):
        raise Refusal(_QUESTIONS["COLLECTIVE_UNIT"])


def _unit(ask: Ask, each: Nomination) -> Unit:
    unit = unit_named(ask, each.unit or "")
    if unit is None:
        raise Refusal(f"{_QUESTIONS['UNIT_UNKNOWN']}{_resend(ask, each, unit='〈中队〉')}")
    if not any(grant.role in NOMINATORS and grant.unit.covers(unit) for grant in ask.me.grants):
        who = "大队辅导员" if unit.kind == Kind.SCHOOL else "这个中队的辅导员或大队辅导员"
        raise Refusal(f"{unit.name}不归您提名,请由{who}来提。")
    return unit


def _question(ask: Ask, heard: Reading) -> str:
    """The one question whose answer is missing, and the message to send again with what is known filled in."""
    asked = next((_QUESTIONS[issue] for issue in heard.issues if issue in _QUESTIONS), "请写上中队、姓名和奖章。")
    unclear = [each for each in heard.nominations if not _is_full(each)]
    return asked + _resend(ask, *(unclear or heard.nominations)[:1], issues=heard.issues)


def _resend(ask: Ask, each: Nomination | None = None, *, unit: str = "", issues: tuple[str, ...] = ()) -> str:
    """`请重发:提名 四(1)中队 王小明 〈奖章〉`; in a group without the name, and asking for a private message."""
    each = each or Nomination()
    found = unit_named(ask, each.unit) if each.unit and not unit else None
    unsure = {issue.partition("_")[0] for issue in issues}
    mine = [unit.name for unit in ask.me.units({Role.COUNSELOR})]
    known = found.name if found else mine[0] if len(mine) == 1 and not (each.unit or unit) else ""
    where = known if known and "UNIT" not in unsure else "〈中队〉"
    where = "学校大队" if found and found.kind == Kind.SCHOOL else where
    blank = "〈序号,如 7号〉" if ask.message.channel in ask.nameless else "〈姓名〉"
    shown = each.name and (may_name(ask) or (is_place(each.name) and ask.message.private))
    who = "集体" if _collective(each) else str(each.name) if shown else blank
    medal = label(each.medal) if each.medal and "MEDAL" not in unsure else "〈奖章〉"
    how = "请重发" if ask.message.private else "请私聊我发"
    return f"{how}:提名 {where} {who} {medal} 理由"


def _open(ask: Ask, wish: _Wish) -> tuple[Case, bool]:
    child_id = children.find_or_add(ask.db, ask.vault, wish.unit.id, wish.name) if wish.name else None
    draft = Draft(wish.unit.id, child_id, wish.medal, term_of(ask.today), ask.me.id, wish.reason)
    return nominations.open_case(ask.db, ask.vault, draft, ask.today, ask.now)


def _kept(ask: Ask, case: Case, wish: _Wish) -> str:
    """What becomes of another reason for a case that stands: it stays as the reviewers read it."""
    if not wish.reason or wish.reason == reason_of(ask, case.reason):
        return ""
    mine = case.holder == ask.me.id and case.state is State.SUBMITTED
    return f"{case.number} 的理由没有改。" + (f"要改,先发「撤回提名 {case.number}」,再重新提名。" if mine else "")


def _answer(ask: Ask, fresh: list[Case], old: list[Case], notes: list[str]) -> Reply:
    if not ask.message.private:
        return Reply("\n".join([*_in_group(fresh, old), *notes]))
    words = said(ask, [*fresh, *old])
    lines = [f"已收到提名 {case.number}:{words[case.id]}" for case in fresh]
    lines += [
        f"已有提名 {case.number},{stands(case)}:{words[case.id]}({case.nominator} {moment(ask, case.made_at)} 提名)"
        for case in old
    ]
    if len(fresh) == 1:
        lines.append(f"理由:{reason_of(ask, fresh[0].reason) or '未写'}")
    if fresh:
        lines.append(_next(ask, fresh))
    withdraw = (Button("撤回提名", f"撤回提名 {fresh[0].number}"),) if len(fresh) == 1 else ()
    return Reply("\n".join([*lines, *notes]), (*withdraw, _MINE))


def _in_group(fresh: list[Case], old: list[Case]) -> list[str]:
    got = [f"已收到提名 {'、'.join(case.number for case in fresh)},详情请私聊"] if fresh else []
    return got + [f"已有提名 {case.number},{stands(case)},详情请私聊" for case in old]


def _next(ask: Ask, fresh: list[Case]) -> str:
    who = {person.name: None for case in fresh for person in reviewers(ask, ask.me, case.unit)}
    higher = {
        f"{label(case.medal)}由{higher_level(case.medal)}决定": None for case in fresh if higher_level(case.medal)
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
    return [card for to, cases in by_person.items() for card in _cards_of(ask, to, cases, said(ask, cases, to))]


def _cards_of(ask: Ask, to: int, cases: list[Case], words: dict[int, str]) -> list[Reply]:
    if len(cases) > _CARDS:
        lines = [f"{ask.me.name}提名 {len(cases)} 件,请审核", *(f"{case.number} {words[case.id]}" for case in cases)]
        return [Reply("\n".join([*lines, "发「待审」一件一件看。"]), (Button("待审", "待审"),), to=to)]
    return [_card(ask, to, case, words[case.id]) for case in cases]


def _card(ask: Ask, to: int, case: Case, about: str) -> Reply:
    lines = [f"请审核提名 {case.number}:{about}", f"提名人:{case.nominator}"]
    lines.append(f"理由:{reason_of(ask, case.reason) or '未写'}")
    if case.medal in _BELOW:
        lines.append(
            f"请核对:{label(case.medal)}从{'集体' if case.child_id is None else ''}{_BELOW[case.medal]}获得者中推荐。"
        )
    before = nominations.returned(ask.db, case)
    if before:
        step = nominations.last_steps(ask.db, [before.id])[before.id]
        lines.append(f"上次 {before.number} 退回:{reason_of(ask, step.reason)}")
    lines.append(f"请发「同意 {case.number}」或「退回 {case.number} 理由」。")
    buttons = [Button(word, f"{word} {case.number}", reply=word == "退回") for word in ("同意", "退回")]
    return Reply("\n".join(lines), (*buttons, Button("待审", "待审")), to=to)


@command("我的提名", "nominations", who=NOMINATORS, help="看我的提名走到哪一步", examples=("我的提名",))
@reads(*_ABOUT_MINE)
def show_mine(ask: Ask) -> Reply:
    """The asker's latest cases; also the answer to questions about them and wishes to change them."""
    cases = nominations.of_person(ask.db, ask.me.id, _LISTED)
    if not cases:
        return Reply(f"您还没有提名。像这样发:{_resend(ask).partition(':')[2]}")
    words = said(ask, cases)
    steps = nominations.last_steps(ask.db, [case.id for case in cases])
    lines = ["您最近的提名"]
    for case in cases:
        why = reason_of(ask, steps[case.id].reason) if ask.message.private else ""
        lines.append(f"{case.number} {words[case.id]} {stands(case)}{f':{why}' if why else ''}")
    return Reply("\n".join([*lines, "待审的可以撤回,发「撤回提名 编号」;要改就撤回后重新提名。"]))


@command(
    "撤回提名",
    "withdraw",
    who=NOMINATORS,
    help="撤回一件还没审的提名",
    examples=("撤回提名 N20260403-07",),
    glued=ANYTHING,
)
def withdraw(ask: Ask) -> Reply:
    """The nominator takes a case back while nobody has decided; a new one may follow."""
    number, _ = numbered(ask.args)
    if not number:
        raise Refusal(f"请写上编号,如「撤回提名 N{ask.today:%Y%m%d}-01」。编号在「我的提名」里。", _MINE)
    case = nominations.by_number(ask.db, number)
    if case is None or case.holder != ask.me.id:
        raise Refusal(f"您的提名里没有 {number}。编号在「我的提名」里。", _MINE)
    if not nominations.move(ask.db, ask.vault, case, State.WITHDRAWN, ask.me.id, ask.now):
        step = nominations.last_steps(ask.db, [case.id])[case.id]
        raise Refusal(f"{number} 不能撤回了:{decided(ask, step)}。有疑问请和审核人联系。", _MINE)
    about = f":{said(ask, [case])[case.id]}" if ask.message.private else ""
    return Reply(f"已撤回提名 {number}{about}\n要改内容,请重新提名。", (_MINE,))
