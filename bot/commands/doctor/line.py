"""One line of doctor: level, what it is about, a sentence."""

OK, WARN, FAIL = "ok", "warn", "fail"
Line = tuple[str, str, str]
# What a person reads; --format json keeps the words for programs.
_WORDS = {OK: "正常", WARN: "注意", FAIL: "不对"}


def written(line: Line) -> str:
    """The line as it is printed."""
    level, name, sentence = line
    return f"{_WORDS[level]} {name}：{sentence}"
