"""Who is named as missing: the names are hidden, how many they are is counted."""

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
