"""The dates of a message beside titles: 《明天会更好》 is a topic, 教字〔2026〕5号 a paper, and no day."""

from datetime import date

from handlers.privacy.names import DOCUMENT
from handlers.reading.text.dates import When, find_dates
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.patterns import pattern

_TITLE = pattern(
    r"《[^《》\n]{1,40}》|“[^“”\n]{1,40}”|「[^「」\n]{1,40}」|(?:主题|题目)\s?:[^\n,;。 ]{1,30}"
    rf"|{DOCUMENT.pattern}"
)


def find_said_dates(scan: str, received: date, beside_unit: bool) -> tuple[list[When], str]:
    """The dates that are said, and `scan` without them; what stands in a title is left as it is."""
    quoted = [match.span() for match in _TITLE.finditer(scan)] if any(mark in scan for mark in "《“「题号") else []
    if not quoted:
        return find_dates(scan, received, beside_unit)
    said = scan
    for start, end in quoted:
        said = said[:start] + SECRET * (end - start) + said[end:]
    dates, said = find_dates(said, received, beside_unit)
    for start, end in quoted:
        said = said[:start] + scan[start:end] + said[end:]
    return dates, said
