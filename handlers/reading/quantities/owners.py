"""Whose an unlabelled number is: of the whole class, of a few in some role, of those missing, of things."""

from handlers.reading.checkins.activities import activity_before, names_activity
from handlers.reading.quantities.tokens import Token
from handlers.reading.quantities.words import FEW, OTHERS
from handlers.reading.text.normalise import GAP, SECRET
from handlers.reading.text.patterns import pattern

_AMONG = pattern(r"[ ,，;；(]*(?:其中|含|包括)")
_OF_BOTH = pattern(r"(?:师生|亲子|大人|老少|家长[和与同]|老师[和与同])[^\d,。]{0,8}$")
_THE_REST = pattern(r"其余|其他(?:人|同学|队员|[全均都])|剩下|外[ ,]?(?:其[余他])?(?:全|[均都]到)")
# 三(3)班46人,今天…: right behind the unit stands its size, if it is also said who is missing.
_OF_UNIT = pattern(rf"{GAP}[ (共有全班中队:]{{0,4}}$")
# 选手10人,其余32人: all of them together; beside those who are missing the rest are those who came.
_REST = ("其余", "其他", "另", "另有", "另外")
_BESIDES = ("另", "另有", "另外", "另外有", "还有")
_COUNTING = "们有是该了共约来到去达计各班队全的啊呢嘛哦呀吧对" + GAP + SECRET
_OUT_OF = pattern(r"\s?(?:(?:当?中|里)[面边间]?[ ,]?|有(?=\s?\d))")
_NO_SOME = ("的有", "里有", "中有", "面有")
_MADE = pattern(r"[包做折叠画编剪绣缝织搓捡](?![到来去])[\u4e00-\u9fff]{1,3}$")
_CAME = pattern(r"[都全](?:[在来到齐]|参加)")
_DEED = pattern(r"(?![都全均也已就还])(?:(?![没未不缺走离请漏晚迟])[\u4e00-\u9fff]){2,}+(?![\u4e00-\u9fff])")
_IN_ANOTHER_PLACE = pattern(r"[在去到](?!台|现场|会上|[前后]排|[一二]起)")
_TO_WHAT = pattern(r"(?:参加|参与|出席|[上开去])了?")
_LABEL = pattern(r"[\u4e00-\u9fff]: ?$")
_END = pattern(r"[。;!?\n]")
_COMING = "来到去有报齐加与看听错" + GAP + SECRET
_ROLES = "员手者师长"


def place(exact: list[Token], scan: str) -> None:
    """Which unlabelled numbers are of the whole class: 42缺2, 43人中来了41人, 三(3)班46人,缺席2人."""
    absences = [token for token in exact if token.use == "absent"]
    for token in exact:
        if scan.endswith(_REST, 0, token.start) and not (absences or token.use in OTHERS or _are_more(token, scan)):
            token.use = "rest"
        if (
            token.use in ("", "total", "heads", "took")
            and _is_among(token, scan)
            and not _is_the_rest(token, exact, scan)
        ):
            token.use = "part"
        if token.use not in ("", "total"):
            continue
        if (not token.own and _is_of_noun(token, scan)) or _are_some(token, scan):
            token.use = "thing"
        elif (token.value or 0) <= FEW and _are_ill(token, scan):
            # 1人住院 beside the many, 2人感冒其余都到; 2人感冒 alone says nothing of the rest.
            others = _beside_many(exact) or absences or _THE_REST.search(scan, token.end)
            token.use = "absent" if others else "thing"
        elif token.strength == 3 and (token.value or 0) <= FEW and not token.own and _is_of_role(token, exact, scan):
            token.use = "part"
        elif token.strength == 3 and (token.value or 0) <= FEW and not token.own and _do_something(token, exact, scan):
            token.use = "apart" if _IN_ANOTHER_PLACE.match(scan, token.end) else "part"
            deed = _DEED.match(scan, token.end)
            # What they did is no topic, but may tell what was held.
            token.end = deed.end() if deed and not names_activity(deed[0]) else token.end
        elif token.strength > 1 and _OUT_OF.match(scan, token.end):
            token.use = "whole"
        elif absences and token.strength > 1 and token.start < absences[0].start and _is_whole(token, absences, scan):
            token.use = "due"


def _are_more(token: Token, scan: str) -> bool:
    """40人,另有2名插班生: they came as well; 另有2名同学参加合唱 were elsewhere."""
    return scan.endswith(_BESIDES, 0, token.start) and not _DEED.match(scan, token.end)


def _is_among(token: Token, scan: str) -> bool:
    """42人,其中旗手3人,鼓手10人: all that is told after it, to the end of the sentence."""
    among = scan.rfind("其中", 0, token.start)
    # 全班41人,其中35人参加队课 came to what is only told here.
    came = _TO_WHAT.match(scan, token.end) is not None and not names_activity(scan[: max(among, 0)])
    return among >= 0 and not came and not _END.search(scan, among, token.start)


def _is_the_rest(token: Token, exact: list[Token], scan: str) -> bool:
    """师生共520人,其中学生486人: all but the grown-ups are those who came, and not the number of both."""
    value = token.value or 0
    both = [each for each in exact if each.start < token.start and value < (each.value or 0) < 2 * value]
    if token.use != "heads" or not both or "师生" not in scan[: both[0].start]:
        adults = sum(each.value or 0 for each in exact if each.use in OTHERS)
        return bool(adults) and any(each.value == value + adults for each in exact)
    both[0].use = "thing"
    return True


def grown_ups(exact: list[Token], scan: str, came: int) -> int:
    """师生46人,其中老师2个: how many of all who came are no children."""
    whole = next((each for each in exact if each.value == came and not each.own), None)
    if whole is None or not _OF_BOTH.search(scan[max(0, whole.start - 12) : whole.start]):
        return 0
    return sum(each.value or 0 for each in exact if each.use in OTHERS and each.start > whole.end)


def _are_some(token: Token, scan: str) -> bool:
    """有5个娃去比赛了: there are some who…; 参加鼓号队的有6人, 44人里有6人 tell who took part."""
    some = scan.endswith("有", 0, token.start) and not scan.endswith(_NO_SOME, 0, token.start)
    return token.strength > 1 and (token.value or 0) <= FEW and some and not _are_more(token, scan)


def _are_ill(token: Token, scan: str) -> bool:
    """1人发烧; 感冒2人,其他全到."""
    if scan.startswith(SECRET, token.end):
        return True
    named = scan.endswith(SECRET, 0, token.start) and not _DEED.match(scan, token.end)
    return named and _THE_REST.search(scan, token.end) is not None


def _beside_many(exact: list[Token]) -> bool:
    return any(token.strength and (token.value or 0) > FEW for token in exact)


def _is_of_role(token: Token, exact: list[Token], scan: str) -> bool:
    """讲解员2人, 大队委4人: a few of whatever role, beside the many of the class."""
    before = scan[token.start - 1 : token.start]
    named = before > "\u4e00" and before.isalpha() and before not in _COUNTING
    role = named and (before in _ROLES or not activity_before(scan, token.start))
    return role and _beside_many(exact)


def _do_something(token: Token, exact: list[Token], scan: str) -> bool:
    """43人,2人帮老师搬书, 1人在校门口执勤: what only a few did beside the many; what they did not is another matter."""
    before = any(each.strength and (each.value or 0) > FEW and each.start < token.start for each in exact)
    deed = _DEED.match(scan, token.end)
    # 2人唱歌,43人参加, but 6人参加队课,43人祭扫.
    return deed is not None and (before or (_beside_many(exact) and not _TO_WHAT.match(deed[0])))


def _is_of_noun(token: Token, scan: str) -> bool:
    """节目12个, 摊位8个; not 队课40个, 来了40个."""
    before, measure = scan[token.start - 1 : token.start], scan[token.end - 1]
    label = _LABEL.search(scan, max(0, token.start - 4), token.start)
    if label and measure in "个位":  # 寻访点:3个
        return not activity_before(scan, label.start() + 1)
    if measure != "个" or token.strength != 2:
        return False
    if before == "了":  # 印了42个 is what was made
        return scan[token.start - 2 : token.start - 1] not in _COMING
    if _MADE.search(scan, max(0, token.start - 4), token.start):  # 包粽子40个
        return True
    if _CAME.match(scan, token.end):  # 很认真四十三个都在
        return False
    return before.isalpha() and before > "\u4e00" and before not in _COUNTING and not activity_before(scan, token.start)


def _is_whole(token: Token, absences: list[Token], scan: str) -> bool:
    """42人,其中2人请假; 42人,2人请假,其余到齐; 三(3)班46人,今天队会缺席2人."""
    between = scan[token.end : absences[0].start]
    if _AMONG.match(scan, token.end) or _THE_REST.search(scan, absences[0].end) or "除" in between:
        return True
    return _OF_UNIT.search(scan[max(0, token.start - 6) : token.start]) is not None and "," in between
