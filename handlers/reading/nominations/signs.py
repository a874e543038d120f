"""By which words a message may be about a medal, and whether it is about one or about a nomination."""

from handlers.privacy.names import persons
from handlers.reading.medals.medals import Medal
from handlers.reading.messages import talk
from handlers.reading.model import Context
from handlers.reading.nominations.exchanges import may_exchange
from handlers.reading.nominations.requests import NO_CONSENT, NOMINATES
from handlers.reading.nominations.withdrawals import takes_back
from handlers.reading.persons.names import is_name
from handlers.reading.persons.personal_data import without_absent
from handlers.reading.text.patterns import pattern

_MEDAL_WORD = pattern(
    r"章|[一二三四五1-9]星|红星|红旗|火炬|优秀|十佳|最美|先进|好少年|美德|之星|双优|提的?名|推荐|申报|推优|推选"
)
_NUMBER = pattern(r"N\d{8}-\d{2}")
_SUB_BADGE = pattern(r"向阳|传承|立德|立志|梦想|小主人|团结|健体|奉献|劳动|勇敢|节约")


# 王小明的事审到哪了
_HOW_FAR = pattern(r"[审批][核批]?(?:[到得过]|下来)?(?:哪|怎么样|了[吗没]|没有)")


def _of_a_child(text: str) -> bool:
    """王小明的审到哪了, 李小红家长不同意,撤下来: no medal is named, but a child of whom nothing else is asked."""
    about = _HOW_FAR.search(text) or (NO_CONSENT.search(text) and takes_back(text))
    return bool(about) and any(map(is_name, persons(text)))


def may_be_medal(text: str, context: Context) -> bool:
    """Whether `text` holds any word that could name a medal or an honour, but beside who was away."""
    if talk.LACKS.search(text) or _of_a_child(text):
        return True
    text = without_absent(text)
    rules = (_MEDAL_WORD, _SUB_BADGE, _NUMBER, talk.WHO_STANDS, talk.OTHER_REASON)
    if any(rule.search(text) for rule in rules) or may_exchange(text, context):
        return True
    return any(feature.removesuffix("章") in text for feature in context.feature_medals)


def is_about(text: str, medals: list[Medal], context: Context) -> bool:
    """Whether it is about one of the `medals` that it names, or about a nomination."""
    rules = (NOMINATES, _NUMBER, talk.WHO_STANDS, talk.OTHER_REASON, talk.LACKS)
    return bool(medals) or any(rule.search(text) for rule in rules) or may_exchange(text, context) or _of_a_child(text)
