"""Messages that may be about medals: nominations, exchanges, withdrawals, questions; or check-ins after all."""

from dataclasses import replace

from handlers.privacy.names import persons
from handlers.reading.checkins.activities import find_activity
from handlers.reading.checkins.lists import is_chain, without_numbers
from handlers.reading.medals.medals import Medal, find_medals, held, tells
from handlers.reading.medals.nomination import Proposal, read_nomination
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.medals.reasons import units_of_reason, unsure
from handlers.reading.messages import talk, withdrawals
from handlers.reading.model import Claim, Context, Reading
from handlers.reading.persons.names import split_names
from handlers.reading.persons.private import Secrets, hide_matters, hide_numbers
from handlers.reading.text import units
from handlers.reading.text.normalise import GAP, Clean
from handlers.reading.text.patterns import pattern

_NOMINATES = pattern(r"提名|(?<![书目])推荐(?![书会])|申报|推优|推选|评选")
_NAMES_MEDAL = pattern(r"章|星|提名|(?<![书目])推荐(?![书会])|申报|推优|推选|评选")
_MEDAL_WORD = pattern(
    r"章|[一二三四五1-9]星|红星|红旗|火炬|优秀|十佳|最美|先进|好少年|美德|之星|双优|提名|推荐|申报|推优|推选"
)
# 今天给三(3)中队颁发了向阳章: it is told, not asked for.
_AWARDED = pattern(
    r"(?:颁发|颁|授予|发放|佩戴|戴上|领到|拿到)了|(?:获得?|得|评上|拿)了(?:集体)?(?:[一二三四五]星|[\u4e00-\u9fff]{2,3}章)"
    r"|(?:获得|得到|评上|拿到)(?:集体)?[\u4e00-\u9fff]{1,3}章[了啦]|被(?:评为|授予)|(?:荣获|获评)了?[校区县市省国级]*(?:为|集体)?(?:[一二三四五]星|优秀|先进|十佳|最美|美德|新时代好|红领巾好)|(?:已经?|都)(?:公示|颁发?|发)了"
    r"|(?:去年|上学期|上一?年|以前)[\u4e00-\u9fff]{1,6}章(?:是|给了|有)"
)
# 王小明不推荐一星章; 不怕困难 says something else.
# 如果名额够,推荐王小明: nothing is asked for yet.
_IF = pattern(r"(?:^|[,。;!\n])\s?(?:如果|要是|假如|万一|倘若|只要|若是?)(?!不)")
# 例如: 三(2)中队 王小明 一星章.
_EXAMPLE = pattern(r"^\W{0,3}(?:例如|比如|譬如|格式|示例|样例|模板|例)(?:[:,]|\s|如下|是)")
_NOT = pattern(
    r"(?:不|(?<!分)别|先不|暂不|没有?)(?:再|想|打算|准备)?(?:推荐|提名|申报|参评|推选|评选|报(?![告名纸到道刊]))(?!的?不)|不是(?!很|特别|只)|材料[^,。\n]{0,6}(?:还没|尚未|没|未)"
)
_NO_CONSENT = pattern(r"(?:家长|父母|监护人|爸妈|[爸妈]{1,2})[^,。;\n]{0,4}(?:没|未|不)有?(?:同意|签|答应|愿意)")
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
# 把华梓萌列入推荐名单
_PUT_ON = pattern(r"列入|[加补放][入进到上](?!了?[吗没])")
_CLAUSE = pattern(r"[^,;。!\n]+")
# 王浩可以评一星章: somebody thinks so.
_MAYBE = pattern(r"(?:可以|能够?|应该|有希望|够格|够得?上)(?:评|争|拿|得|获|升)")
_HOW_MANY = pattern(r"(?:能|可以|该)(?:报|评|推荐?|提名?|申报|争)?几[个名枚人位]")
# 12个基础章 全班
_EVERYBODY = pattern(r"全班|全体|(?:其他|其余|剩下|别)的?(?:同学|队员|人)*(?:都|全|均)")
_UNSURE = Reading("nomination", "clarify", ("NAME_AMBIGUOUS",))
_NOT_ALL = replace(_UNSURE, claim="negation")
_RETURNS = pattern(r"(?<!被)(?:退回|[驳打]回)[去来]?[吧了]?\W*$")
# 我们小队想争一星章
_SMALL = pattern(r"小队[^,。;\n]{0,4}(?:想|要|申请|申报|争|参评|评)")
_NUMBER = pattern(r"N\d{8}-\d{2}")
_TURNS = pattern("换|[那这][个条件]|提名|[打写报填弄]错")
_BY_CLASS = ("B:", "F:")
# So little beside a medal asks for who is meant, and is no talk of something else.
_SHORT = 16
# 明年再推荐王小明二星章
_LATER = pattern(
    r"(?:明年|下学期|下一?次|以后|将来|下周|下个?月|明天|后天|过几天|打算)[^,。;\n]{0,8}(?:推荐|提名|申报|报|评)"
)
_OF_OTHERS = pattern(r"[几能]|介绍|经验|打算|准备|[下明]|以后|没|不|名单|小队|人$|已|了$")
_SUB_BADGE = pattern(r"向阳|传承|立德|立志|梦想|小主人|团结|健体|奉献|劳动|勇敢|节约")
# 六(1)中队申请集体一星章, 全班42人: the heads are of the reason.
_ASKING = r"(?:申请|参评|争[取创]?|竞选|想要?|我们?班?|本|的|中队|校级|个人|集体)*"
_ASKS_FOR = pattern(rf"{_ASKING}(?P<who>[\u4e00-\u9fff·、]{{2,30}}?)?{_ASKING}")
_NO_GAPS = str.maketrans("", "", f" {GAP}")
# 一星章评选队会
_EVENT_OF = pattern(
    rf"{GAP}\s?(?:评[选比]|推[选优荐]|申报|颁[发章奖]|授予|表彰)(?:主题)?(?:[队班大]会|会|活动|仪式|队[课日])"
)
_COUNTED = pattern(r"\d\s?[人名位]|[十百一二三四五六七八九]人|实到|应到|\d/\d|全勤")
_HEADS = pattern(r"\d\s?[人名位]|[十百一二三四五六七八九]人|实到|应到|\d/\d|全勤|全员")


def may_be_medal(text: str, context: Context) -> bool:
    """Whether `text` holds any word that could name a medal or an honour."""
    rules = (_MEDAL_WORD, _SUB_BADGE, _NUMBER, talk.WHO_STANDS, talk.OTHER_REASON)
    if any(rule.search(text) for rule in rules) or _exchanges(text, context):
        return True
    return any(feature.removesuffix("章") in text for feature in context.feature_medals)


def read_medals(plain: Clean, context: Context, secrets: Secrets) -> Reading | None:
    """Read a message about medals; None when it is a check-in or talk after all."""
    text = plain.text
    chain = is_chain(text)
    scan, entries = without_numbers(text, chain, of_names=True)
    before = hide_numbers(scan, secrets)
    hits, scan = units.find_units(before, context)
    medals, _ = find_medals(scan, context.feature_medals)
    hits, scan = units_of_reason(before, scan, hits, medals)
    medals, scan = find_medals(hide_matters(scan, secrets), context.feature_medals)
    nominates = _NOMINATES.search(text) is not None
    if reason := talk.read_other_reason(scan, hits, medals, context):
        return reason
    asked = _NUMBER.search(text) or talk.WHO_STANDS.search(text)
    about = medals or nominates or asked or _exchanges(text, context)
    if not about or _is_event(scan, text, medals) or _only_words(scan, text, hits, medals, context):
        return None
    by_class = _is_by_class(text, medals)
    awarded = not (tells(scan) or by_class) and _AWARDED.search(text) is not None
    if claim := _no_request(text, nominates or by_class or not (awarded or held(medals, before))):
        return Reading("chat", "ignore", claim=claim)
    change = _of_change(text, scan, hits, medals, context) or _sent_back(text)
    if change and change != _NOT_ALL:
        return change
    if not (_PUT_ON.search(text) or entries) and (progress := talk.read_progress(text, scan, hits, medals, context)):
        return progress
    if medals and _HOW_MANY.search(text):
        unit, medal = withdrawals.target_of(hits, medals, context)
        return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "left": True})
    if talk.asks(text):
        return talk.question(text)
    if claim := _not_now(text, nominates):
        return Reading("chat", "ignore", claim=claim)
    return _proposed(text, before, Proposal(scan, hits, medals, entries, chain, [*secrets.issues]), context, change)


def _proposed(text: str, before: str, found: Proposal, context: Context, change: Reading | None) -> Reading | None:
    """What the message proposes; `change`: beside somebody who is not meant."""
    scan, hits, medals = found.scan, found.hits, found.medals
    nominates = _NOMINATES.search(text) is not None
    if change:
        scan = _CLAUSE.sub(lambda match: GAP * len(match[0]) if _NOT.search(match[0]) else match[0], scan)
    unclear = _CONSENT_OPEN.search(text) or _FALLS_SHORT.search(text)
    doubts = [*found.issues, *(["WORDS_UNCLEAR"] if unclear else []), *(change.issues if change else ())]
    reading = read_nomination(replace(found, scan=scan, hits=unsure(before, hits, medals), issues=doubts), context)
    if talk.congratulates(text) or (talk.announces(text) and not hits):
        return None
    if change and not any(nomination.name for nomination in reading.nominations):
        return change
    about_somebody = any(nomination.name or nomination.target == "collective" for nomination in reading.nominations)
    if about_somebody or "MEDAL_CONFLICT" in reading.issues:
        return reading
    if medals and not hits and _SMALL.search(text):
        return Reading("nomination", "clarify", ("COLLECTIVE_UNIT",))
    sure = any(medal.code or medal.issue == "MEDAL_AMBIGUOUS" for medal in medals)
    if (sure or nominates) and reading.status == "ignore":
        return reading
    where = hits or _EVERYBODY.search(text) or _asks_for_one(text, context, nominates)
    told = nominates or _is_by_class(text, medals) or not _HEADS.search(scan)
    return reading if sure and where and told else None


def _is_by_class(text: str, medals: list[Medal]) -> bool:
    """全班42人都拿到了健体章."""
    return _EVERYBODY.search(text) is not None and any((each.code or "").startswith(_BY_CLASS) for each in medals)


def _no_request(text: str, waits: bool) -> Claim | None:
    """What a message about a medal claims that asks for nothing; `waits`: it has not been awarded."""
    if _EXAMPLE.search(text):
        return "example"
    if _IF.search(text):
        return "condition"
    if _LATER.search(text):
        return "plan"
    return None if waits else "other"


def _not_now(text: str, nominates: bool) -> Claim | None:
    """王浩可以评一星章, 家长不同意: nobody is put up."""
    if not nominates and _MAYBE.search(text):
        return "condition"
    return "negation" if _NO_CONSENT.search(text) else None


def _asks_for_one(text: str, context: Context, nominates: bool) -> bool:
    """补报二星章: of the sender's own squad, and nobody is named."""
    return bool(context.bound_unit) and (nominates or len(text) <= _SHORT) and not _OF_OTHERS.search(text)


def _of_change(text: str, scan: str, hits: list[units.Hit], medals: list[Medal], context: Context) -> Reading | None:
    """An exchange of the nominee, a nomination taken back, or somebody who is not nominated after all."""
    other = withdrawals.OTHER_MEDAL.search(scan)
    turned = withdrawals.REPLACE.search(text) or withdrawals.RATHER.search(scan) or other
    if turned and (exchange := withdrawals.read_replacement(scan, hits, medals, context)):
        return exchange
    if other:
        return _UNSURE
    if withdrawals.ASKS_WHETHER.search(text):
        return talk.question(text)
    if withdrawals.CANCEL.search(text) or withdrawals.GIVES_UP.search(text):
        if _PUT_ON.search(text):
            return withdrawals.read_replacement(scan, hits, medals, context, _PUT_ON) or _UNSURE
        # 这次没有合适的,不推荐了: none stood.
        if find_nominees(withdrawals.GIVES_UP.sub(GAP, scan), ()).nobody:
            return Reading("nomination", "ignore")
        return withdrawals.read_withdrawal(scan, hits, medals, context)
    return _of_refusal(text, scan, medals) if _NOT.search(text) else None


def _of_refusal(text: str, scan: str, medals: list[Medal]) -> Reading | None:
    """一星章先不报李小红: nobody is proposed; beside 推荐王小明, or a medal in another clause, it is asked who is."""
    named = withdrawals.persons_in(_NOT.sub(GAP, scan))
    if not named and "集体" not in text:
        return None
    clauses = [(part.start(), part.end()) for part in _CLAUSE.finditer(scan) if _NOT.search(part[0])]
    apart = clauses and not any(start <= medal.start < end for medal in medals for start, end in clauses)
    if apart or (len({*named, *persons(scan)}) > 1 and _NOMINATES.search(_NOT.sub("", text))):
        return _NOT_ALL
    return Reading("chat", "ignore", claim="negation")


def _sent_back(text: str) -> Reading | None:
    """王小明的一星章材料不够,退回去: of which nomination is asked where it is decided."""
    return Reading("review", "ok", review={"decision": "return"}) if _RETURNS.search(text) else None


def _exchanges(text: str, context: Context) -> bool:
    """把五(3)的周子涵换成林一凡, 王小明的不报了: no medal is named, but she stands on the list, or next to another."""
    stands = any(state.medal and state.name and state.name in text for state in context.existing)
    if stands and any(rule.search(text) for rule in (withdrawals.REPLACE, withdrawals.GIVES_UP)):
        return True
    return _TURNS.search(text) is not None and withdrawals.of_one_child(text)


def _only_words(scan: str, text: str, hits: list[units.Hit], medals: list[Medal], context: Context) -> bool:
    """三(2)中队 劳动 包饺子 44人: without 章, 星 or 提名 a unit and a head count make a check-in."""
    if not (hits or context.bound_unit) or _NAMES_MEDAL.search(text) or not _HEADS.search(scan):
        return False
    listed = find_nominees(scan, ())
    if listed.stated and listed.stated == len(listed.names):
        return False  # 向阳 2人 王小明、李小红
    return not any(medal.code and medal.code.startswith("H:") for medal in medals)


def _is_event(scan: str, text: str, medals: list[Medal]) -> bool:
    """学习优秀少先队员事迹主题队日 38人: an event with heads, not a nomination."""
    if _COUNTED.search(scan) is None or find_activity(scan)[0].rank <= 1:
        return False
    return _EVENT_OF.search(scan) is not None or not (_NOMINATES.search(text) or _is_asked_ahead(scan, medals))


def _is_asked_ahead(scan: str, medals: list[Medal]) -> bool:
    """申请集体一星章, 全班42人 and 周子轩 一星章 组织队会, 每次40人: up to the medal nothing else is said."""
    first = _CLAUSE.search(scan)
    ahead = [medal.end for medal in medals if first and first.start() <= medal.start < first.end()]
    said = _ASKS_FOR.fullmatch(scan[: ahead[0]].translate(_NO_GAPS)) if ahead else None
    if first is None or said is None:
        return False
    who = said["who"] or ""
    alone = _ASKS_FOR.fullmatch(first[0].translate(_NO_GAPS)) is not None and len(first[0]) < len(scan.rstrip())
    return (alone or bool(who)) and (not who or bool(split_names(who)))
