"""What several features share about guardians: how a consent is written, which child of which squad is meant."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from handlers.kit import Ask, Denied, Refusal, Role, Unit
from handlers.privacy import gate
from handlers.reading import is_name as looks_like_name
from handlers.wording import places
from handlers.wording.days import past_day_in
from handlers.wording.names import is_place
from storage.base import numbered
from storage.children import children, consents
from storage.children.consents import Consent
from storage.medals.nominations import Case
from storage.organisation.units import Kind

# Who collects the papers.
RECORDERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
LIKE = "家长同意 三(2)中队 王小明 书面 9月1日"
CLASS_LIKE = "家长同意 三(2)中队 1-40号 除7号 书面 9月1日"
# How guardians agree; what is only said cannot be shown later.
_PAPER = "书面|纸质|(?:已经?)?签(?:字|名|署|了|好|过)|已经?签|回执"
METHOD = re.compile(rf"{_PAPER}|(?P<online>电子|线上)")
SPOKEN = re.compile("口头|电话里?|当面说")
NUMBER = re.compile(r"编号[:：]?\s*([A-Za-z0-9-]{1,20})")
PHOTOS = re.compile(r"(不(?:同意|可以?|能|要|用|许)?|可以?|同意)(?:拍照|照片|影像)")
# 书面还没收齐, 等签字: what is still to come is none yet.
_TO_COME = re.compile(r"[还尚](?:没|未)|[没未][有签交收给拿]|^[等待]|\s[等待]|下个?[周月]|[以之]后|再说|吗|[?？]")
# 家长已书面同意9月1日, 家长3月20日签了同意书, inside the reason of a nomination; 等家长签字同意 is none yet.
WHOSE = "家长|监护人|父母|爸爸?妈妈?|妈妈|爸爸"
_SAID = re.compile(
    rf"[\s,，;。、(（]*(?<![等待请让叫要催给果若和])(?P<said>(?:已签|已收)?(?:{WHOSE}|同意书)"
    rf"(?:{WHOSE}|同意书?|{_PAPER}|电子|线上|(?:20\d\d[-/.年])?\d{{1,2}}[-/.月]\d{{1,2}}[日号]?|今天|昨天|已经?|[都均于在的也:：\s])++)"
    r"了?+(?:[他她]?(?:参评|提名|推荐|申报))?(?!\s?(?:[还没未不尚等待后吗?？才]|之后|以后))[)）]?"
)
_NAME = re.compile(r"[\u4e00-\u9fff]{2,5}|[\u4e00-\u9fff]{2,6}(?:[·•][\u4e00-\u9fff]{2,6}){1,3}")
_AND = re.compile(r"[、,，;；和与及\s]+")


def consent_of(words: str, today: date) -> tuple[Consent | None, str]:
    """(the consent that the words tell of, the rest of them); None when no method is named.

    Raises Refusal for what is no consent that could be shown, or a day to come.
    """
    if SPOKEN.search(words):
        raise Refusal("口头同意以后拿不出来，不能记。请收书面或电子的同意书，再写：书面 9月1日")
    method = METHOD.search(words)
    if method is None:
        return None, words
    number, photos = NUMBER.search(words), PHOTOS.search(words)
    rest = PHOTOS.sub(" ", NUMBER.sub(" ", METHOD.sub(" ", words)))
    rest = re.sub(r"同意书?|家长|监护人", " ", rest)
    day, rest = past_day_in(rest, today)
    if day and day > today:
        raise Refusal("同意的日期还没有到，请核对。")
    if number and gate.found_in(number[1]):
        raise Refusal("同意书的编号里像有姓名或号码，没有记。请写学校自己的编号，像这样：编号 2026-012")
    may = None if photos is None else not photos[1].startswith("不")
    return Consent("电子" if method["online"] else "书面", day or today, number[1] if number else "", may), rest


def consent_in(reason: str, today: date) -> tuple[Consent | None, str]:
    """(the consent that is told of inside a reason, the reason without it)."""
    found = next((each for each in _SAID.finditer(reason) if "同意" in each[0] and METHOD.search(each[0])), None)
    if found is None:
        return None, reason
    return consent_of(found["said"], today)[0], f"{reason[: found.start()]}{reason[found.end() :]}".strip(" ,，;。、")


def is_to_come(words: str) -> bool:
    """Whether the words beside a consent say that there is none yet: 还没收齐, 等签字, 签了吗."""
    return bool(_TO_COME.search(words))


def said(given: Consent) -> str:
    """书面 2026-03-01（编号 12，不拍照）."""
    photos = "" if given.photos is None else "可拍照" if given.photos else "不拍照"
    inside = "，".join(filter(None, [f"编号 {given.reference}" if given.reference else "", photos]))
    return f"{given.method} {given.day.isoformat()}{f'（{inside}）' if inside else ''}"


def is_consent(words: str) -> bool:
    """Whether 同意 is a guardian's: 同意 王小明 书面 9月1日, and no decision on a nomination."""
    return bool(METHOD.search(words) or SPOKEN.search(words)) and not numbered.begins(words)


def missing(ask: Ask, cases: Sequence[Case]) -> dict[int, str]:
    """Case → why it cannot be approved for want of a guardian's consent; without those where nothing is missing."""
    about = {case.id: case.child_id for case in cases if case.child_id is not None}
    agreed = consents.standing(ask.db, about.values()) if about else {}
    without = {child for child in about.values() if child not in agreed}
    names = children.names(ask.db, ask.vault, without) if without else {}
    who = {child: name for child, name in names.items() if name != children.ERASED}
    return {case.id: _how_to_say(case, who[about[case.id]]) for case in cases if about.get(case.id) in who}


def _how_to_say(case: Case, name: str) -> str:
    whom = name if is_place(name) else "〈姓名〉"
    how = f"请{case.keeper or case.nominator}发：家长同意 {case.unit.name} {whom} 书面 〈日期〉"
    return f"还没有记家长同意，不能通过。{how}"


def check_scope(ask: Ask, roles: Iterable[Role], squad: Unit, what: str) -> None:
    """Raises Denied when none of these roles is held above this squad (any more)."""
    roles = frozenset(roles)
    if not any(grant.role in roles and grant.unit.covers(squad) for grant in ask.me.grants):
        raise Denied(f"{squad.name}不在您负责的范围。", what=what, subject=f"unit:{squad.id}")


def is_name(words: str) -> bool:
    """Whether this may be a name as it stands."""
    return _NAME.fullmatch(words) is not None


def child_words(ask: Ask, roles: Iterable[Role], words: str, like: str) -> tuple[Unit, list[str]]:
    """
    The squad and the names that the words begin with: 三(2)中队 王小明、李小红; one's only squad may be left out.

    Raises Refusal showing `like`, the message as it should be, or Denied for a squad that is not the asker's.
    """
    if not ask.message.private:
        raise Refusal("请私聊我发，群里不能写孩子的姓名。")
    top = places.scope(ask.me, roles)
    parts = words.split()
    squad: Unit | None = None
    for count in (2, 1):
        found = [unit for unit in places.named(ask, top, " ".join(parts[:count])) if unit.kind == Kind.SQUAD]
        if len(parts) >= count and len(found) == 1:
            squad, parts = found[0], parts[count:]
            break
    names = [name for name in _AND.split(" ".join(parts)) if name]
    # Without a squad the words must be names for certain: another school is no child.
    if (
        squad is None
        and len(top) == 1
        and top[0].kind == Kind.SQUAD
        and all(looks_like_name(each) or is_place(each) for each in names)
    ):
        squad = top[0]
    if squad is None and names:
        what = like.partition(" ")[0]
        raise Denied(f"您负责的范围里没有这个中队。像这样写：{like}", what=what)
    if squad is None or not names or not all(_NAME.fullmatch(name) or is_place(name) for name in names):
        raise Refusal(f"请写明中队和姓名，像这样：{like}")
    if ask.message.channel in ask.nameless and not all(map(is_place, names)):
        raise Refusal("为保护队员，这里不接收队员的姓名，什么也没有记。请删掉刚才那条消息，在企业微信里发。")
    return squad, names
