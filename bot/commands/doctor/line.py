"""One line of doctor: level, what it is about, a sentence."""

OK, WARN, FAIL = "ok", "warn", "fail"
Line = tuple[str, str, str]
