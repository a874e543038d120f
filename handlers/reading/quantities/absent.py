"""How many are missing: by number, also cause by cause, or by their names, which are hidden."""

from handlers.reading.quantities.tokens import Token
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

# The names of some who are missing are hidden, what parts them is not; how many they are may be said as well.
# 王小明(发烧) is one.
_OF_NAMES = f"{SECRET}、,和与及 :()"
_ONE_NAME, _COUNTED_TOO = pattern(rf"{SECRET}+(?:\({SECRET}+)?"), pattern(r"[ 了:]{0,2}[\d一两二三四五六]")

# 实到44 请假1, 除李红外其余44人: they came, however many the class has.
CAME = pattern(r"(?:实(?!践)[到来际有参]*|其[他余它]|剩下|别的|余)[^,。;\n\d]{0,6}\d|分别到了?\s?\d")
_ARE = pattern("(?:的?(?:同学|队员|人)?[有是])?")
# 缺2(病假1, 请假3人:病假2, 缺3,其中事假1: what follows is of them.
_OF_THEM = pattern(r" ?[(:]|[,;。 ]{0,2}(?:其中|分别|包括)")
# 病假2, 2人发烧; not 请假3病假2.
_ITS_LABEL = pattern(rf"(?:(?P<cause>[病事公丧]假?|{SECRET})|[假席勤课到来加缺])(?:了|的|人数?)?[:有是]? ?$")
_CAUSE = pattern(rf"(?:是|因|请)?[病事公丧{SECRET}]")


def counted(missing: list[Token], scan: str) -> int:
    """请假2,缺1 are 3; 缺2(病假1,事假1) and 病假1事假1共缺2 are 2: of a sum the causes are not counted again."""
    values = [token.value or 0 for token in missing]
    for token, value in zip(missing, values, strict=True):
        rest = sum(values) - value
        opens = len(values) > 1 and token is missing[0] and _OF_THEM.match(scan, token.end) is not None
        if (opens and rest <= value) or (len(values) > 2 and rest == value and not _is_of_a_cause(token, scan)):
            return value
    return sum(values)


def _is_of_a_cause(token: Token, scan: str) -> bool:
    label = _ITS_LABEL.search(scan, max(0, token.start - 8), token.start)
    return bool(label["cause"]) if label else _CAUSE.match(scan, token.end) is not None


def named(tokens: list[Token], scan: str) -> int:
    """张明、李娜请假, 缺张明、李娜, 除李娜请假外: how many are named as missing; 张明请假1人 is counted already."""
    if SECRET not in scan:
        return 0
    labels = [token for token in tokens if token.kind == "absent" and not _COUNTED_TOO.match(scan, token.end)]
    spans = {
        (place, end)
        for token in labels
        for place, end in (_hidden_before(scan, token.start), _hidden_after(scan, token.end))
    }  # fmt: skip
    return sum(len(_ONE_NAME.findall(scan, *span)) for span in spans)


def _hidden_before(scan: str, end: int) -> tuple[int, int]:
    start = end
    while start and scan[start - 1] in _OF_NAMES:
        start -= 1
    return start, end


def _hidden_after(scan: str, start: int) -> tuple[int, int]:
    # 没来的有王小明
    start = _ARE.match(scan, start).end()  # type: ignore[union-attr]
    end = start
    while end < len(scan) and scan[end] in _OF_NAMES:
        end += 1
    return start, end
