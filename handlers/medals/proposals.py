"""What a nomination asks for: complete and allowed wishes, or the one question whose answer is missing."""

from dataclasses import dataclass

from handlers.asker import examples
from handlers.kit import Ask, Denied, Refusal, Role, Unit
from handlers.medals.chain import honours
from handlers.reading import Nomination, Reading
from handlers.wording import medals, names, places
from handlers.wording.children import consents
from handlers.wording.names import REASON_LIMIT
from storage.children.consents import Consent
from storage.organisation.units import Kind

NOMINATORS = frozenset({Role.COUNSELOR, Role.BRIGADE})
_MOST = 20
_QUESTIONS = {
    "UNIT_MISSING": "请问是哪个中队？",
    "UNIT_AMBIGUOUS": "请写清楚是哪个中队。",
    "UNIT_UNKNOWN": "没有找到这个中队，请核对。",
    "NAME_MISSING": "请写上提名谁；提名中队就写「集体」。",
    "NAME_INCOMPLETE": "请写队员的全名。",
    "NAME_AMBIGUOUS": "后面好像还有一位队员，不知道是不是一起提名。几位的姓名请用「、」连着写，理由里不写别人的姓名。",
    "COUNT_MISMATCH": "写的人数和姓名对不上，请核对。",
    "MEDAL_MISSING": "请写上是什么奖章。",
    "MEDAL_AMBIGUOUS": "请写清楚是哪一枚奖章：一星章、二星章、三星章、四星章、五星章。",
    "MEDAL_UNKNOWN": "没有这种奖章，请写星级章（如一星章）、基础章（如向阳章），或本校的特色章（发「特色章」看）。",
    "MEDAL_CONFLICT": "一次请只写一枚星级章。几位报几种，请写清哪枚是谁的。",
    "COLLECTIVE_NOT_ALLOWED": "集体只能提名星级章，基础章和特色章只给队员个人。",
    "COLLECTIVE_UNIT": "集体的奖章和荣誉只提名中队或大队，小队不能提名。",
}

# What is only unsure is asked about with what would be kept.
_DOUBTS = {
    "COUNT_MISMATCH": "写的人数和看出来的姓名对不上",
    "NAME_AMBIGUOUS": "不知道是不是只提名下面的（还有别人，就把姓名用「、」连着写重发）",
    "WORDS_UNCLEAR": "有几个字拿不准",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A nomination that is complete and allowed: the unit is the asker's, the reason fit to be stored.

    `consent` is what the message itself says of the guardian's.
    """

    unit: Unit
    medal: str
    name: str
    reason: str
    consent: Consent | None = None


def understood(ask: Ask, heard: Reading) -> list[Proposal]:
    """The wishes of a message; raises Refusal with the question that is left, Denied for what is not the asker's."""
    for each in heard.nominations:
        try:
            honours.check(ask, each, places.by_key(ask, each.unit) if each.unit else None)
        except Refusal as refusal:
            if len({one.medal for one in heard.nominations}) > 1:
                refusal.text += "\n这条里的其他提名也还没有记，请另发一条。"
            raise
    full = [each for each in heard.nominations if _is_full(each)]
    if not full or not (heard.status in ("ok", "confirm", "partial") or doubt_of(heard)):
        raise Refusal(question(ask, heard))
    if len(full) > _MOST:
        raise Refusal(f"一次最多提名 {_MOST} 件，这次有 {len(full)} 件。请分几次发。")
    return [_wish(ask, heard, each) for each in dict.fromkeys(full)]


def doubt_of(heard: Reading) -> str:
    """What has to be asked before any of the nominations is kept; they are complete. Empty: nothing."""
    own = {issue for each in heard.nominations for issue in each.issues}
    open_ones = {issue for issue in heard.issues if issue in _QUESTIONS}
    if own & open_ones or not all(map(_is_full, heard.nominations)):
        return _DOUBTS["WORDS_UNCLEAR"] if "WORDS_UNCLEAR" in heard.issues else ""
    asked = open_ones | {"WORDS_UNCLEAR"}.intersection(heard.issues)
    return next((_DOUBTS[issue] for issue in _DOUBTS if issue in asked), "") if asked <= _DOUBTS.keys() else ""


def _wish(ask: Ask, heard: Reading, each: Nomination) -> Proposal:
    unit, medal = _unit(ask, each), each.medal or ""
    if _collective(each):
        _check_collective(ask, each, unit, medal)
    elif unit.kind != Kind.SQUAD:
        raise Refusal(f"{_QUESTIONS['UNIT_MISSING']}{resend(ask, each)}")
    consent, said = consents.consent_in(each.reason or "", ask.today)
    reason = names.without_name(names.without_private(said, heard), each.name or "")
    if len(reason) > REASON_LIMIT:
        raise Refusal(f"理由有 {len(reason)} 字，请缩短到 {REASON_LIMIT} 字以内再发一次。")
    return Proposal(unit, medal, "" if _collective(each) else each.name or "", reason, consent)


def _is_full(each: Nomination) -> bool:
    named = each.name and "NAME_INCOMPLETE" not in each.issues
    return bool(each.unit and each.medal and (named or _collective(each)))


def _collective(each: Nomination) -> bool:
    return each.target == "collective"


def _check_collective(ask: Ask, each: Nomination, unit: Unit, medal: str) -> None:
    if not medals.is_star(medal) and not medal.startswith("H:"):
        raise Refusal(f"{_QUESTIONS['COLLECTIVE_NOT_ALLOWED']}{resend(ask, each, issues=('COLLECTIVE_NOT_ALLOWED',))}")
    if "#" in (each.unit or "") or unit.kind not in (Kind.SQUAD, Kind.SCHOOL):
        raise Refusal(_QUESTIONS["COLLECTIVE_UNIT"])


def _unit(ask: Ask, each: Nomination) -> Unit:
    unit = places.by_key(ask, each.unit or "")
    if unit is None:
        lost = f"没有找到{places.key_name(each.unit or '')}，没有提名，请核对。"
        raise Refusal(f"{lost}{resend(ask, each, unit='〈中队〉')}")
    check_unit(ask, unit)
    return unit


def check_unit(ask: Ask, unit: Unit) -> None:
    """Raises Denied when this unit is not the asker's to nominate."""
    if not any(grant.role in NOMINATORS and grant.unit.covers(unit) for grant in ask.me.grants):
        who = "大队辅导员" if unit.kind == Kind.SCHOOL else "这个中队的辅导员或大队辅导员"
        raise Denied(f"{unit.name}不归您提名，请由{who}来提。", what="提名", subject=f"unit:{unit.id}")


def question(ask: Ask, heard: Reading) -> str:
    """The one question whose answer is missing, and the message to send again with what is known filled in."""
    asked = next((_QUESTIONS[issue] for issue in heard.issues if issue in _QUESTIONS), "请写上中队、姓名和奖章。")
    unclear = [each for each in heard.nominations if not _is_full(each)]
    again = resend(ask, *(unclear or heard.nominations)[:1], issues=heard.issues)
    # What has blanks to be filled does not work as it is.
    like = f"\n如：提名 {examples.unit(ask)} 7号 一星章 学雷锋" if "〈" in again and ask.message.private else ""
    return f"{asked}{again}{like}"


def resend(ask: Ask, each: Nomination | None = None, *, unit: str = "", issues: tuple[str, ...] = ()) -> str:
    """`请重发:提名 四(1)中队 王小明 〈奖章〉`; in a group without the name, and asking for a private message."""
    each = each or Nomination()
    found = places.by_key(ask, each.unit) if each.unit and not unit else None
    unsure = {issue.partition("_")[0] for issue in issues}
    mine = [unit.name for unit in ask.me.units({Role.COUNSELOR})]
    known = found.name if found else mine[0] if len(mine) == 1 and not (each.unit or unit) else ""
    where = known if known and "UNIT" not in unsure else "〈中队〉"
    where = "学校大队" if found and found.kind == Kind.SCHOOL else where
    blank = "〈序号，如 7号〉" if ask.message.channel in ask.nameless else "〈姓名〉"
    shown = (
        each.name
        and "NAME_INCOMPLETE" not in each.issues
        and (medals.may_name(ask) or (names.is_place(each.name) and ask.message.private))
    )
    badge = "COLLECTIVE_NOT_ALLOWED" in issues
    who = blank if badge else "集体" if _collective(each) else str(each.name) if shown else blank
    medal = medals.label(each.medal) if each.medal and "MEDAL" not in unsure else "〈奖章〉"
    how = "请重发" if ask.message.private else "请私聊我发"
    return f"{how}：提名 {where} {who} {medal} 理由"
