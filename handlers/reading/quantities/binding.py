"""Which number a label counts: 应到42 the one after it, 2人请假 the one before."""

from itertools import pairwise

from handlers.reading.checkins.activities import activity_before
from handlers.reading.quantities.tokens import Token
from handlers.reading.quantities.words import OWNERS
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

_NEXT_TO = pattern(r"[ :=]*[也都]?(?:应?该?[为是]|的(?:人?有|是)?|[了有共约计达]|改[成为]|[成到])?[ :]*")
# 应到少写了,44: what was wrong of it stands between.
_PUT_RIGHT = pattern(
    r"[ ,:]?(?:补[一上个]?下?)?[少漏忘没多]?[了]?[写打报填记算]?[错漏]?了?[ ,:]*(?:应该?)?[是为成]?[ ,:]*"
)
_GUESTS = "(?:插班|转学|借读|跟班|随班|旁听|外班)生?:?"
_PLUS = pattern(
    rf"(?:\+|[, ]?(?:[又再还另外]{{0,2}}加上?了?|另外?还?有?|此外还?有?|还有|外带|和|(?={_GUESTS})))(?:{_GUESTS})?"
)
_AFTER_HEADS = pattern(r"[都已均全部因病事故有生在的了]{0,4}")
# 2人花粉过敏未参加, 1人发烧请假: why somebody is missing stands between.
_REASON = pattern(rf"[\u4e00-\u9fffA-Za-z{SECRET} ]{{0,8}}")
_NAMED_AT_LEAST = 9  # 37人 缺席 孙小美: nobody lists that many
_NAMES = pattern(rf"[ :(]*(?:{SECRET}|(?![了席人数过者的])[\u4e00-\u9fff]{{2,3}}(?:[、,和 ]|$|同学))")
# 禚一诺没来, 高兴、一诺没来, but not 有一同学没来
_IN_A_NAME = pattern(r"(?:(?![有另还共是又才只就请缺少差])[\u4e00-\u9fff]|、)[一二三四五六七八九两]$")
# 高兴没来, but not 队员没来
_SOMEBODY = pattern(
    rf"(?<![\u4e00-\u9fff])(?:{SECRET}+|(?!同学|孩子|队员|学生|全班|我们|我班|咱|本班|中队|还有|今天|已经)[\u4e00-\u9fff]{{2,3}})$"
)
# 四十一人请假的有两个
_OF_THEM = ("的有", "的是", "的:", ":", "的一", "的两", "的三")
_LOOK_AHEAD = 12
_IS = ("是", "而是", "应该是", "应是")
_ALSO = ("", "也", "都", "还", "又")
_LABELLED = ("number", "thing", "pair", "full", "oops", "portion")
# 应到也是44, 家长也是5个.
_SAID_OF = (*OWNERS, "due", "attended", "absent")
_ROLES = ("attended", "took", "absent", "heads", "total")


def bind(tokens: list[Token], scan: str) -> None:
    """Give each label its number: the one after it, or in 2人请假 the one before."""
    for place, label in enumerate(tokens):
        if label.kind in _LABELLED:
            continue
        before = _free(tokens, place - 1)
        after = _free(tokens, place + 1)
        if before and not _precedes(scan, before, label):
            before = None
        if after and (not _adjoins(scan, label, after) or _is_of_somebody(tokens, place, scan)):
            after = None
        if before and after and label.kind != "hedge":
            told = scan.startswith(_OF_THEM, label.end)
            chosen: Token | None = before if not told and _takes_before(tokens, place, scan) else after
        else:
            chosen = after or before or _over_a_blank(tokens, place, scan)
        if chosen is None or (chosen is after and label.kind in _ROLES and _of_others(tokens, place + 2, scan)):
            continue
        if chosen is after or not _names_the_absent(tokens, place, chosen, scan):
            _mark(chosen, label, tokens[place - 1] if place and chosen is after else None, scan)


def added(tokens: list[Token], scan: str) -> bool:
    """20+22, 40人加2个插班生: whether free numbers are told as a sum; the measure of one is that of both."""
    sums = [
        (one, other)
        for one, other in pairwise(tokens)
        if one.kind == other.kind == "number" and not one.use and not other.use
        and _PLUS.fullmatch(scan, one.end, other.start)
    ]  # fmt: skip
    for one, other in sums:
        one.strength = other.strength = max(one.strength, other.strength)
        other.own = True
    return bool(sums)


def _of_others(tokens: list[Token], place: int, scan: str) -> bool:
    """来了40位家长: the number is of those who are named right behind it."""
    if place >= len(tokens) or tokens[place].kind not in OWNERS:
        return False
    return tokens[place - 1].end == tokens[place].start and scan[tokens[place].start - 1] in "名位个"


def _precedes(scan: str, number: Token, label: Token) -> bool:
    """2人都请假; for others only 5名家长: in 38名队员在老师… the heads are not of 老师."""
    if label.kind in OWNERS:
        return (
            not number.own
            and number.end == label.start
            and (scan[number.end - 1] in "人名位个" or scan[number.end - 1].isdecimal())
        )
    if label.kind == "absent" and (number.value or 99) <= _NAMED_AT_LEAST:
        reason = _REASON.fullmatch(scan, number.end, label.start) is not None
        return reason and not (number.end < label.start and _IN_A_NAME.search(scan, 0, number.end))
    return _AFTER_HEADS.fullmatch(scan, number.end, label.start) is not None


def _adjoins(scan: str, label: Token, number: Token) -> bool:
    if label.kind in OWNERS and number.own:
        return False
    if label.kind in ("part", "foreign"):
        return scan[label.end : number.start] in ("", ":")
    if _NEXT_TO.fullmatch(scan, label.end, number.start):
        return True
    return label.kind in ("due", "attended") and _PUT_RIGHT.fullmatch(scan, label.end, number.start) is not None


def _free(tokens: list[Token], place: int) -> Token | None:
    if 0 <= place < len(tokens) and tokens[place].kind == "number" and not tokens[place].use:
        return tokens[place]
    return None


def _over_a_blank(tokens: list[Token], place: int, scan: str) -> Token | None:
    """2人 请假: a blank between, and nothing nearer."""
    before = _free(tokens, place - 1)
    if before is None or tokens[place].kind not in ("absent", "late") or scan[before.end : tokens[place].start] != " ":
        return None
    return None if _came(tokens[: place - 1], before) else before


def _came(others: list[Token], number: Token) -> bool:
    """40人 请假, 高兴没来 43人: so many are not missing where no other number is told."""
    return (number.value or 0) > _NAMED_AT_LEAST and not any(token.kind in ("number", "pair") for token in others)


def _names_the_absent(tokens: list[Token], place: int, before: Token, scan: str) -> bool:
    """37人 缺席 孙小美, 39人 缺小明: the only number is of those who came; the label is followed by names."""
    label = tokens[place]
    if label.kind not in ("absent", "late") or not _came(tokens[: place - 1], before):
        return False
    return bool(_NAMES.match(scan, label.end))


def _is_of_somebody(tokens: list[Token], place: int, scan: str) -> bool:
    """高兴没来 43人: of one it is said, and the number behind a blank is of those who came."""
    label, after = tokens[place], tokens[place + 1]
    told = scan[label.end : after.start].isspace() and _came([*tokens[:place], *tokens[place + 2 :]], after)
    return told and bool(_SOMEBODY.search(scan, 0, label.start)) and not activity_before(scan, label.start)


def _takes_before(tokens: list[Token], place: int, scan: str) -> bool:
    """Between two numbers: 5名家长2名老师 and 1病假1事假 take the one before, 42缺2 and 38人家长5人 the one after."""
    if tokens[place].kind in OWNERS and scan[tokens[place].start - 1] in "名位":
        return True
    last = place
    for following in range(place + 1, min(place + _LOOK_AHEAD, len(tokens))):
        touching = scan[tokens[last].end : tokens[following].start] == ""
        if not touching or (tokens[last].kind == "number") == (tokens[following].kind == "number"):
            break
        last = following
    return tokens[last].kind != "number"


def _mark(number: Token, label: Token, before: Token | None, scan: str) -> None:
    label.use = "taken"
    if label.kind == "hedge":
        number.hedge = label.hedge
    elif label.kind == "alike" and before and before.kind in _SAID_OF and before.end == label.start:
        number.use, before.use = before.kind, "taken"
    elif label.kind in ("total", "each", "alike"):
        number.strength = max(number.strength, 2)
    else:
        number.use = label.kind
    if (
        before
        and before.kind in OWNERS
        and not before.use
        and label.kind in _ROLES
        and not number.own
        and scan[before.end : label.start] in _ALSO
    ):
        # 家长参会40人, 家长也来了5个
        number.use, before.use = before.kind, "taken"


def corrected(tokens: list[Token], scan: str) -> list[Token]:
    """38人不对39人, 不是38是39: the later number stands for the earlier one; 39不是38: the earlier one."""
    kept: list[Token] = []
    for token in tokens:
        last = [each.kind for each in kept[-2:]] if token.kind == "number" else []
        if last == ["number", "oops"]:
            oops = kept.pop()
            oops.use = "taken"
            if scan.startswith("不是", oops.start) and oops.end == token.start:
                continue
            token.use = token.use or kept[-1].use
            kept.pop().use = "oops"
        elif last == ["oops", "number"] and _denied(kept[-2], kept[-1], token, scan):
            kept.pop().use = "oops"
            kept.pop().use = "taken"
        kept.append(token)
    return kept


def _denied(oops: Token, wrong: Token, right: Token, scan: str) -> bool:
    """不是38人,是39人."""
    turn = scan[wrong.end : right.start].strip(" ,人名个")
    return scan.startswith("不是", oops.start) and oops.end == wrong.start and turn in _IS
