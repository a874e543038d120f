"""Whether a message about a medal asks for one, or by which words for nothing: it was awarded, it is for later."""

from handlers.reading.medals.honours import tells
from handlers.reading.medals.medals import Medal, held
from handlers.reading.messages.talk import asks
from handlers.reading.model import Claim
from handlers.reading.text.patterns import pattern

NOMINATES = pattern(r"提的?名(?!字)|(?<![书目])推荐(?![书会])|申报|推优|推选|评选")
# 今天给三(3)中队颁发了向阳章: it is told, not asked for.
_AWARDED = pattern(
    r"(?:颁发|颁|授予|发放|佩戴|戴上|领到|拿到)了|(?:获得?|得|评上|拿)了[校区县市省国级]*(?:集体)?(?:[一二三四五]星|[\u4e00-\u9fff]{2,3}章)"
    r"|(?:获得|得到|评上|拿到)(?:集体)?[\u4e00-\u9fff]{1,3}章[了啦]|被(?:评为|授予)|(?:荣获|获评)了?[校区县市省国级]*(?:为|集体)?(?:[一二三四五]星|优秀|先进|十佳|最美|美德|新时代好|红领巾好)|(?:已经?|都)(?:公示|颁发?|发)了"
    r"|(?:去年|上学期|上一?年|以前)[\u4e00-\u9fff]{1,6}章(?:是|给了|有)|(?:去年|上学期|上一?年|以前|早)就?有了?(?:集体)?[\u4e00-\u9fff]{1,4}章了|离[\u4e00-\u9fff]{1,4}章还[差缺][\u4e00-\u9fff]{2,3}章"
)
# 如果名额够,推荐王小明: nothing is asked for yet.
_IF = pattern(
    r"(?:^|[,。;!\n])\s?(?:如果|要是|假如|万一|倘若|只要|若(?=[是有能可够家名他她其同通]))(?!不)"
    r"|(?:如果|要是|假如|倘若|只要)[^。;\n]{0,8}(?:家长|同意|签字|名额|够|合格|达标|通过)[^。;\n]{0,12}(?:就|才|再)[^。;\n]{0,4}(?:推荐|提名|申报|报|评)"
)
# 例如: 三(2)中队 王小明 一星章.
_EXAMPLE = pattern(r"^\W{0,3}(?:例如|比如|譬如|格式|示例|样例|模板|例)(?:[:,]|\s|如下|是)")
NO_CONSENT = pattern(r"(?:家长|父母|监护人|爸妈|[爸妈]{1,2})[^,。;\n]{0,4}(?:没|未|不)有?(?:同意|签|答应|愿意)")
# 王浩可以评一星章: somebody thinks so.
_MAYBE = pattern(r"(?:可以|能够?|应该|有希望|够格|够得?上)(?:评|争|拿|得|获|升)")
# 12个基础章 全班
EVERYBODY = pattern(r"全班|全体|(?:其他|其余|剩下|别)的?(?:同学|队员|人)*(?:都|全|均)")
_BY_CLASS = ("B:", "F:")
# 上周队会讨论了推荐王小明评一星章的事
_TALKED_OF = pattern(r"(?:讨论|商量|研究|谈|聊)[了过到][^,。;\n]{1,24}的(?:事情?|问题|情况)\W*$")
# 这次没评上一星章
_IN_VAIN = pattern(
    r"^(?!.*(?:这次再|重新|争取|[再补]报|申请|上一?[次届轮]|上学期|去年)).*没(?:有|能)?[评选拿得争][上到]"
)
# 明年再推荐王小明二星章
LATER = pattern(
    r"(?:明年|下学期|下一?次|以后|将来|下周|下个?月|明天|后天|过[几两一三][天周阵]|打算)[^,。;\n]{0,14}(?:推荐|提名|申报|报|评)"
    r"|(?:期末|年底|月底|[学月年]末|到时候?|回头|改天|有空|考完试?|等[^,。;\n]{1,10})(?:[以之]?后)?[再才][^,。;\n]{0,8}(?:推荐|提名|申报|报|评)"
)


def is_by_class(text: str, medals: list[Medal]) -> bool:
    """全班42人都拿到了健体章."""
    return EVERYBODY.search(text) is not None and any((each.code or "").startswith(_BY_CLASS) for each in medals)


def no_request(text: str, before: str, scan: str, medals: list[Medal]) -> Claim | None:
    """What a message about a medal claims that asks for nothing; `before`: its words with the medals in them."""
    if _EXAMPLE.search(text):
        return "example"
    if _IF.search(text):
        return "condition"
    if LATER.search(text):
        return "plan"
    if _TALKED_OF.search(text):
        return "other"
    if NOMINATES.search(text) or is_by_class(text, medals) or asks(text):
        return None
    told = _AWARDED.search(text)
    # 去年拿了一星章,今年报二星章: of the medal that is not asked for.
    awarded = told is not None and not tells(scan) and not (told[0] in scan and told[0][-1] in "星章")
    return "other" if awarded or held(medals, before) else None


def not_now(text: str) -> Claim | None:
    """王浩可以评一星章, 家长不同意: nobody is put up."""
    if not NOMINATES.search(text) and _MAYBE.search(text):
        return "condition"
    in_vain = not (NOMINATES.search(text) or EVERYBODY.search(text)) and _IN_VAIN.search(text)
    return "negation" if in_vain or NO_CONSENT.search(text) else None
