"""Numbers as people write them: 38, 三十八, 四二, 一百二十, 两, 俩."""

from functools import lru_cache

CHINESE = "零〇一二两俩三仨四五六七八九十百千廿卅"
_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_SCALE = {"十": 10, "百": 100, "千": 1000}
_SHORT = {"廿": "二十", "卅": "三十"}


@lru_cache(2048)
def value_of(written: str) -> int | None:
    """The number written in digits or Chinese; None for what is no number: 二三十, 十十, 百人."""
    if written.isdecimal():
        return int(written) if len(written) <= 9 else None
    if "," in written:
        return value_of(written.replace(",", ""))
    if len(written) > 9:
        return None
    for short, full in _SHORT.items():
        written = written.replace(short, full)
    if all(char in _DIGIT for char in written):
        return _spelled(written)
    return _composed(written)


def _spelled(written: str) -> int | None:
    """三八 -> 38, 三零一 -> 301: digits read out one by one."""
    return int("".join(str(_DIGIT[char]) for char in written)) if written else None


def _composed(written: str) -> int | None:
    """一百二十 -> 120, 十二 -> 12, 一百零五 -> 105."""
    total, last_scale, digit = 0, 10_000, None
    for char in written:
        if char in _SCALE:
            scale = _SCALE[char]
            if scale >= last_scale or (digit is None and scale != 10):
                return None
            total += (1 if digit is None else digit) * scale
            last_scale, digit = scale, None
        elif char not in _DIGIT or (digit not in (None, 0)):
            return None
        else:
            digit = _DIGIT[char]
    if digit and last_scale in (100, 1000) and "零" not in written:
        return None  # 三百五 is said for 350 and for 305
    return total + (digit or 0)
