"""What the words of a question about a figure name beside it: the time, and the activity."""

from datetime import timedelta

from handlers.catalogue import current
from handlers.kit import Ask
from handlers.wording import periods, weeks
from scheduling import spans


def spans_in(ask: Ask, words: str) -> tuple[list[periods.Span], str]:
    """(the period that is named; else those whose digests people have before them; the rest of the words)."""
    span, rest = periods.longer(words, ask.today)
    if span:
        return [span], rest
    words = weeks.taught(ask, words)
    period, rest = weeks.period_in(words, ask.today)
    if rest != " ".join(words.split()):
        return [periods.of_week(period.week)], rest
    last_week, last_month = ask.today - timedelta(days=7), ask.today.replace(day=1) - timedelta(days=1)
    months = [periods.named(spans.label_of("month", day), ask.today) for day in (ask.today, last_month)]
    return [periods.of_week(period.week), periods.of_week(spans.label_of("week", last_week)), *months], rest


def activity_in(ask: Ask, words: str) -> tuple[str, str]:
    """(the activity that the words name, the rest)."""
    names = [row.name for row in current.catalogue_of(ask.db).rows if row.shape == "checkin" and row.name in words]
    found = max(names, key=len, default="")
    return found, " ".join(words.replace(found, " ", 1).split()) if found else words
