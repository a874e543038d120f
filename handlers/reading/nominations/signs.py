"""By which words a message may be about a medal, and whether it is about one or about a nomination."""

from handlers.reading.medals.medals import Medal
from handlers.reading.messages.talk import LACKS, OTHER_REASON, WHO_STANDS
from handlers.reading.model import Context
from handlers.reading.nominations.exchanges import may_exchange
from handlers.reading.nominations.requests import NOMINATES
from handlers.reading.persons.personal_data import without_absent
from handlers.reading.text.patterns import pattern

_MEDAL_WORD = pattern(
    r"章|[一二三四五1-9]星|红星|红旗|火炬|优秀|十佳|最美|先进|好少年|美德|之星|双优|提名|推荐|申报|推优|推选"
)
_NUMBER = pattern(r"N\d{8}-\d{2}")
_SUB_BADGE = pattern(r"向阳|传承|立德|立志|梦想|小主人|团结|健体|奉献|劳动|勇敢|节约")


def may_be_medal(text: str, context: Context) -> bool:
    """Whether `text` holds any word that could name a medal or an honour, but beside who was away."""
    if LACKS.search(text):
        return True
    text = without_absent(text)
    rules = (_MEDAL_WORD, _SUB_BADGE, _NUMBER, WHO_STANDS, OTHER_REASON)
    if any(rule.search(text) for rule in rules) or may_exchange(text, context):
        return True
    return any(feature.removesuffix("章") in text for feature in context.feature_medals)


def is_about(text: str, medals: list[Medal], context: Context) -> bool:
    """Whether it is about one of the `medals` that it names, or about a nomination."""
    rules = (NOMINATES, _NUMBER, WHO_STANDS, OTHER_REASON, LACKS)
    return bool(medals) or any(rule.search(text) for rule in rules) or may_exchange(text, context)
