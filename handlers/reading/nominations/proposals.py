"""What a message proposes, once it is neither a change nor a question."""

from dataclasses import replace

from handlers.reading.medals.nomination import read_nomination
from handlers.reading.medals.proposal import Proposal
from handlers.reading.medals.reasons import unsure
from handlers.reading.messages import talk
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.events import HEADS
from handlers.reading.nominations.refusals import without_refused
from handlers.reading.nominations.requests import EVERYBODY, NOMINATES, is_by_class
from handlers.reading.persons.names import is_name
from handlers.reading.text.patterns import pattern

# 家长还没回复, 等家长签字: whether they agree is open.
_CONSENT_OPEN = pattern(
    r"(?:家长|监护人)[^,。;\n]{0,6}(?:没|未)有?(?:给|明确)?(?:[回答]复|回[音话信执]|表态|确[认定]|签|交(?!代)|定|说好|联系上|看到)"
    r"|同意书[^,。;\n]{0,4}(?:没|未|待)|(?:等|待|问问?)(?:一下)?(?:家长|监护人)[^,。;\n]{0,6}(?:同意|签|[回答]复|确认|意见|意思)"
    r"|(?:家长|监护人)[^,。;\n]{0,4}(?:考虑|商量|犹豫|想想)"
)
# 王小明不够条件, 就推荐李小红: one of them is not meant.
_FALLS_SHORT = pattern(
    r"不够(?:格|条件|资格)|(?:不|没|未)(?:符合|达到?|满足|具备)[^,。;\n]{0,4}(?:条件|要求|资格|标准)?|弃权|主动放弃"
)
# 拟于5月评选优秀中队, 每校推荐3个: what is to be chosen is made known, and nobody is put up.
_CALLED_FOR = pattern(
    r"每个?(?:校|班级?|中队|年级|单位|学校)[^,。;\n\d]{0,8}[\d一两二三四五]+\s?[个名位人]|(?:拟|将|定)[于在]?[^,。;\n]{0,10}(?:评选|推选|表彰)"
)
# 李老师说:三(2)中队 …: whose words are they?
_QUOTED = pattern(
    r"^\W*[\u4e00-\u9fff]{1,3}(?:老师|校长|主任|书记|辅导员|[爸妈]{1,2}|家长)[刚又也还昨今天]*"
    r"(?:说|讲|提到|表示)[过了]?[ :,]"
)
# 我们小队想争一星章
_SMALL = pattern(r"小队[^,。;\n]{0,4}(?:想|要|申请|申报|争|参评|评)")
# So little beside a medal asks for who is meant, and is no talk of something else.
_SHORT = 16
_OF_OTHERS = pattern(r"[几能]|介绍|经验|打算|准备|[下明]|以后|没|不|名单|小队|人$|已|了$")


def read_proposal(text: str, before: str, found: Proposal, context: Context, change: Reading | None) -> Reading | None:
    """What the message proposes; `change`: beside somebody who is not meant."""
    scan, hits, medals = found.scan, found.hits, found.medals
    nominates = NOMINATES.search(text) is not None
    if change:
        scan = without_refused(scan)
    unclear = _CONSENT_OPEN.search(text) or _FALLS_SHORT.search(text) or _QUOTED.search(text)
    doubts = [*found.issues, *(["WORDS_UNCLEAR"] if unclear else []), *(change.issues if change else ())]
    reading = read_nomination(replace(found, scan=scan, hits=unsure(before, hits, medals), issues=doubts), context)
    if talk.congratulates(text) or (talk.announces(text) and not hits):
        return None
    if change and not any(nomination.name for nomination in reading.nominations):
        return change
    if (
        not hits
        and _CALLED_FOR.search(text)
        and not any(is_name(nomination.name or "") for nomination in reading.nominations)
    ):
        return Reading("chat", "ignore", claim="notice")
    about_somebody = any(nomination.name or nomination.target == "collective" for nomination in reading.nominations)
    if about_somebody or "MEDAL_CONFLICT" in reading.issues:
        return reading
    if medals and not hits and _SMALL.search(text):
        return Reading("nomination", "clarify", ("COLLECTIVE_UNIT",))
    sure = any(medal.code or medal.issue == "MEDAL_AMBIGUOUS" for medal in medals)
    if (sure or nominates) and reading.status == "ignore":
        return reading
    where = hits or EVERYBODY.search(text) or _asks_for_one(text, context, nominates)
    told = nominates or is_by_class(text, medals) or not HEADS.search(scan)
    return reading if sure and where and told else None


def _asks_for_one(text: str, context: Context, nominates: bool) -> bool:
    """补报二星章: of the sender's own squad, and nobody is named."""
    return bool(context.bound_unit) and (nominates or len(text) <= _SHORT) and not _OF_OTHERS.search(text)
