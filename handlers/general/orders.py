"""Commands said in other words: 看一下上周的周报, 谁没签到 → the command and its arguments."""

from handlers.reading import Reading

_PERIODS = {
    "this_week": "本周", "last_week": "上周", "this_month": "本月", "last_month": "上月", "this_term": "本学期",
    "last_term": "上学期", "this_year": "今年", "last_year": "去年", "today": "今天", "yesterday": "昨天",
}  # fmt: skip
_WORDS = {"reminders": "remind"}


def order_in(reading: Reading) -> tuple[str, str] | None:
    """(a command's word, arguments) for what was read as an order or as the question who is missing; else None."""
    if reading.intent == "query" and reading.query and reading.query.get("what") == "missing":
        return "missing", ""
    if not reading.command:
        return None
    name, said = str(reading.command["name"]), reading.command
    period = str(said.get("period", ""))
    issue = f"第{said['issue']}期" if "issue" in said else ""
    parts = (_PERIODS.get(period, period), str(said.get("date", "")), str(said.get("scope", "")), issue)
    return _WORDS.get(name, name), " ".join(filter(None, parts))
