"""The words by which a clause shows that it states no fact, and how far each of them reaches."""

import re
from dataclasses import dataclass

from handlers.reading.model import Claim
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

_HEADS = r"\d[\d,]*\s?余?[人名位个]"
# That the thing was held, whatever else the clause says: 原计划42人,实到40人.
FACTUAL = pattern(r"实[到际有]|[到来去]了|参[加与]了|参[加与学会训]\s?\d|出席|已[有到经全]|到场|到会")
_CALLED = pattern(r"应到?\s?\S{1,4}人?[,\s]?实到?")
# 本来四十三个…所以四十一个: what was planned, and what came of it.
_TURNED_OUT = pattern(r"(?:本来|原计划|原定).*(?:所以|实[到际]|只?[来到去]了)")

# What is quoted or labelled as the topic is not said by the clause: 《我该怎么办》, 主题:明天会更好.
OPAQUE = pattern(
    r"《[^《》\n]{1,40}》|[“\"「『][^“”\"「」『』\n]{1,40}[”\"」』]|(?:主题|内容|题目|活动名称|活动)\s?:[^\n,;。]{1,60}"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """`on`: the clauses after it are of the same kind; `back`: those before it too, even where they are complete."""

    claim: Claim
    on: bool
    back: bool
    sign: str  # what is found wherever the cue is, and sooner
    found: re.Pattern[str]


def _cue(claim: Claim, reach: str, *words: str, sign: str = "") -> Cue:
    source = "|".join(words)
    # A blank begins many clauses and tells nothing.
    sign = sign or source.replace(r"^\s*", "").replace(r"^\s?", "")
    return Cue(claim, "on" in reach, "back" in reach, sign, pattern(source))


# What is asked for by a word: 怎么, 哪. It reaches no other clause.
ASKING = _cue(
    "question",
    "",
    r"怎么|如何|(?<![那这]个)什么|(?<![那个这])啥|几点|几号|(?<!十)几[面次个位名条]|哪|谁|多少|多久|能否|可否|是否|需不需",
)
# In order: the first that is found tells.
CUES = (
    _cue(
        "example", "on",
        r"格式|示例|例如|比如|譬如|样例|范例|模[板版]|举例|举个例|打个比方|像这样|这样[发写报]|如[:：]"
        r"|^\s*例\s?[:：]",
        r"(?:发|写|输入|回复)[「“\"'『]",
    ),
    # 先别记,队课41人; 队课41人(测试): whatever it says is not to be put down.
    _cue(
        "example", "on back",
        r"别记(?![错混成住录])|不[要用]记(?![得名])|先不[记报](?![名得])|先?别报(?![错漏警])|^\s*(?:只是|仅|就是)?测试(?:一下|用|数据)?\s?\)?$"
        r"|^\s*我?先?(?:试一下|试试看?|练习一下)(?:$|[\s:])|^\s*练习\s?:",
        sign="别|不|先|测试|试一下|试试|练习",
    ),
    _cue(
        "quotation", "on",
        r"复制下面这行|发给我就好|^已(?:记录|更正|撤回)\s?:|^已经记过|[说问讲道][:：]?\s?[「“\"『]",
    ),
    _cue(
        "elsewhere", "on",
        r"听说|听[^,。]{1,6}说|(?:群里|老师|主任|校长|家长|[他她]|有人|大家)说|据说|据报|据悉|看到新闻|新闻[上里]|网上[看说]|朋友圈|在群里看",
        r"(?<![与和跟同手合对请给为向])(?:隔壁|邻[校班]|兄弟(?:学校|中队|班)|友校|别的|其[他它](?:学校|班级?|中队)|外校|他们(?:学校|班|中队)?"
        r"|(?<!\d)人家(?!长)|某[校班小])",
    ),
    _cue("question", "on back", r"(?:没有|不会|不是|应该)[^,。]{0,14}吧\s?$"),
    _cue("plan", "on back", r"采购|购买|(?:需要?|要|得)(?:订|买|租|借|印)"),
    _cue(
        "condition", "on",
        rf"已知(?=[^,。]{{0,12}}\d)|如果|要不(?!要)|不如(?!意)|要是|假如|假设|倘若|若(?=[是有能\d]|{GAP})|万一|(?<![班队数期天间的{GAP}])的话|只要|除非|希望(?!小学|工程|中学)|但愿|最好|争取|力争|尽量"
        rf"|至少(?=要|得|需|应|来)",
        r"目标\s?[:是为](?=[^,。\n]{0,8}\d)|力[保求]|(?:确保|保证|保底)(?=[^,。\n]{0,6}(?:全员|全勤|全到|到齐|\d))",
        r"觉得|认为|感觉|以为|建议|需要|必须|应当|务求|不确定|没定|还没确定",
        rf"应该?有?(?={_HEADS}[^,。]{{0,6}}吧)|(?<![需不只重主])要\s?(?={_HEADS})",
    ),
    _cue(
        "notice", "on",
        r"通知|务必|别忘|不要忘|记得|注意(?![力安])|要求(?=[^\s,。;])(?!精神)|须|截止|集合|安排如下|名额|转发",
        rf"请(?!问)(?:{GAP}|各|大家|全体|所有|务|在|于|按|把|将|准时|提前|尽快|及时)",
        r"(?<![邀申聘特])请(?=[^,。;\n]{0,14}(?:到|于|准时|提前|按时|组织|做好|集合|转告|上报|填))(?![^,。\n]{0,16}(?:进课堂|了))(?!假)",
        r"[各每](?:个?中队|个?班|级|年级|校|位)[^,。\d]{0,8}(?:派|选|推|出|限|不少于|不超过|至少|要|须|需|应|请|注意)",
        rf"{GAP}\s?[以之]?前(?=[^,。]{{0,10}}(?:[上填]报|报[给送到]|提交|[发交]给|交[到齐]))",
        r"大家[^,。]{0,6}(?:动员|准备|学习|抓紧|一下)|抓紧|尽快",
    ),
    # 二(1)未完成, 二(2)请假: of one unit of several.
    _cue(
        "negation", "",
        rf"{GAP}(?:[班还都也\s:]|中队|今天|[本这]周|队[课会日]|活动)*(?:(?:未|没有?)(?:完成|做|报|学|参加|进行|参与|到)?|全班请假|请假|停课)[了的]?\s?$",
    ),
    _cue(
        "negation", "on back",
        r"(?:(?<!有)没有?|未能?|并未|不)(?:能)?(?:开展|举[行办]|组织|进行|召开|轮[到上]|成行|实施)(?!.{0,3}\d)",
        r"(?<!差点)(?<!险些)没(?:有)?[开去搞办做上弄走]成|(?<!差点)(?<!险些)没有?开(?!始|展)|没有?办(?![法好公])|忘[了记](?:开(?!始)|办|搞)|不[开办搞去上]了|作罢|泡汤|暂缓"
        r"|(?<![没未])(?<!没有)(?:停[课办开]|延[期后到]|改期|推[迟后]|往后推|押后|改天|择[日期]|顺延|取消|叫停|搁[置浅]|中止|终止)(?![^,。\n]{0,12}(?:[开办搞上]|举行|进行|召开)(?:[的完]|了(?![吗没])))",
        r"[开办搞]不[成了]|[去上]不成|无法(?:正常|按时|如期)?(?:开|办|举|组织|进行|去|上|成行)|夭折|告吹|(?:会|课|日|旗|扫|动|事)黄了",
        rf"(?:会|课|队日|旗|扫|活动|仪式)(?:[{GAP}又还也都]|[一整]天|一直|[本这]周|这个?月)*(?:因为?[^,。;\d]{{1,10}})?(?:没有?|未)[上办搞去升扫](?:成)?了?\s?$",
        r"(?<!有)[没无](?:有)?(?:搞|做|开展|组织|什么|啥)?活动(?![室课区场])|作废",
        rf"(?:改|挪|推|移)[到在至](?=下|明|后|周|{GAP}|\d|[^,。]{{0,3}}再)(?![^,。\n]{{0,12}}(?:[开办搞上]|举行|进行|召开)(?:[的完]|了(?![吗没])))",
        rf"(?:没有?|不[到足是用必需])\s?{_HEADS}(?=那么多|这么多|的)",
        rf"没有\s?(?={_HEADS}(?:[参来去到]|吧|$)|(?!请|缺|迟|人)[^,。]{{0,14}}参加)|不[用必需]报|不算数",
        r"^\s?(?:其实)?不是(?!\s?$)|(?:都|全部?)[来去到]不[了成]",
        r"[还尚](?:没|未)有?(?=[开去搞办举到上做参进行组织学看读])",
    ),
    # 队会44,下午才开: what is told before it is still to come as well.
    _cue("plan", "on back", rf"(?<![刚天{GAP}])才(?=(?:[开办搞上去]|举行|进行)(?![完了过始发的]))"),
    _cue(
        "plan", "on",
        rf"预[计估定]|原计划|(?<![按依据照原五的])计划(?=[^书的]|$)|原定|打算|即将|届时|到时|报名|定[于在]|(?<![一确])定(?=\s?{GAP})|安排在"
        rf"|拟(?=[于定在组参开举安邀\d]|{GAP})",
        rf"本来(?=[^,。]{{0,6}}(?:要|想|打算|安排|是|应该|\d|{GAP}))",
        r"准备(?=[^,。]{0,12}(?:去|开|搞|办|参加|举行|组织|进行|上))(?!了|好|工作|活动)",
        r"将(?=于|要|在|会|举|开|组织|召|前往|到|去|有\d)|(?<![不只总需])想(?=报(?![一下个])|去|参|搞|开|组|办|带|推|让)",
        r"等[^,。\d]{1,5}[了后再](?=[^,。]{0,4}(?:带|去|开|搞|办|组织|举行|升|祭|参加))|(?:[等待]会儿?|等下|等一下|一会儿|稍后|晚点)(?!再?[补发传上拍晒][^,。]{0,4}(?:照|图|片|视频|材料))|过[两几]天|下(?:周|星期|礼拜|个?月|学期|次)",
        r"(?<![需不只重主])要(?=去|开队|开班|搞|办|举|组织|参加)|(?<![队班])会(?=去|来)",
    ),
    _cue(
        "question", "on back",
        r"(?P<q>[够对是行能算要会好该准多来去齐有到])[不没](?P=q)",
        r"(?:[对是行好够算真合适]的?|可以|准|够)[吗么]|(?:[对是行]|过了?|了)吧\s?$",
        r"没(?:有)?(?:细|仔细)?数(?:过|清|\s?$)|记不[清得]|不[太大]?清楚|拿不准|说是\s?\d",
        r"(?:可以|要得|[行好中成对是])不\s?$",
        r"吗\s?$|么\s?$|[吗么]\s?(?=[?。!])|为啥|为什么(?=只|才|没|还|会|不)",
    ),
    ASKING,
    _cue(
        "summary", "on",
        r"(?<!时长)(?<!时间)(?<!里程)累计(?!\s?[\d.]+\s?(?:公里|米|千米))",
        r"上(?:个?学期|[一]?[次回届]|个?月(?!\d))|去年|前年|往年|历年|以往|平时|平常|通常|一般(?=都|是|在|来|有|\d)|从前|平均|每次(?!\s?\d{2})|历次|这学期以来"
        r"|一直以来",
        r"(?:今年|[本全]学?年度?|[上下]半年|[一二三四]季度|本学期|[这本]个?月)(?=[^,。;\n第]*\d[^,。;\n]*(?:人次|场|万|多次))",
        r"(?:开展|举办|组织)(?:活动|队会|队课)?\s?\d+\s?[次场]",
        r"(?:[这本]个?(?:学期|学年|月)|开学(?:以来|到现在)|至今|(?<!\d)(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?(?!\d))[^,。]{0,16}(?<![第十])(?<!第\d)[\d一二两三四五六七八九十][次回]",
    ),
    _cue(
        "other", "on",
        r"(?:(?<=\d)|(?<=\d\s))[xX*]\s?\d|×|(?:(?<=\d)|(?<=\d元))=\d+元|测试|测验|考试|平均分|班级群|进群"
        r"|(?:语文|数学|英语|外语|音乐|美术|信息|科学|自习)(?:课(?![本外题后])|作业)|家长会(?!之?[后前])|校服|(?<![人个名位])转[来学走](?!生)|插班(?!生)"
        r"|(?:现在|如今|目前)(?:是|有|共有?)?\s?\d+[人名个]人?了\s?$|疫苗|接种|值[日周]|体检|[晨午]检|[改换调]上\s?(?:体育|劳动|科学|道法|美术|音乐|语文|数学|英语)|放学(?!后|[^,。]{0,3}(?:扫|打扫|队))|[没未]来上[学课]|[没未]到?上学|离校|到校(?!参)|(?<!平安)(?<!安全)(?<!顺利)(?<!扫)返校|午[休睡](?!时)|核酸",
    ),
    # 5人没交红领巾钱: no absence, unless it is of something else that was held.
    _cue(
        "other", "",
        r"^(?!.*\d\D+\d).*(?:没有?|未|忘)(?:交|缴|带|戴|穿|写|签|领|买|订|背|填|拿|洗|剪)(?!成)[^,。]{0,8}"
        r"(?:钱|费|款|作业|表|单|条|照片|材料|服|回执|巾|徽|书|牌|帽|鞋|杯|水|伞|名|字|课文|指甲|头发|本)(?:的[还都]?[有是]?\s?\d+[人个名位]?)?\s?$",
        sign=r"(?:没有?|未|忘)(?:交|缴|带|戴|穿|写|签|领|买|订|背|填|拿|洗|剪)",
    ),
    _cue("other", "on", r"费用|收费|车费|经费|预算|报销|[收交]\d+元"),
    _cue(
        "other", "",
        r"^(?!.*(?:\d\s?[人名位]|[应实出]到|出席|全勤)).*(?:(?:拍|照|洗|发|收到|选)了?[^,。]{0,4}\d+张|照片\s?\d+张|合影|午餐)",
        sign=r"(?<=\d)张|合影|午餐",
    ),
)  # fmt: skip
_ANY = pattern("|".join(cue.sign for cue in CUES))
# 今天没升旗: no word of its own, but the activity right behind it.
NOT_HELD = next(cue for cue in CUES if cue.claim == "negation" and cue.back)


def any_in(words: str) -> bool:
    """Whether there may be any cue in them."""
    return _ANY.search(words) is not None


def cue_in(words: str) -> Cue | None:
    """The cue that tells what they claim; None where they have none."""
    return next((cue for cue in CUES if cue.found.search(words)), None)


def to_come(words: str) -> bool:
    """Whether any of them tells of what is still to come, or of something else."""
    return any(cue.claim in ("plan", "other", "condition") and cue.found.search(words) for cue in CUES)


def turned_out(cue: Cue, words: str) -> bool:
    """Whether they tell what came of it all the same: 本来43个两个请假所以41个, 应到47实到44有三个没去."""
    called = _CALLED.search(words) if cue.claim == "negation" else None
    return bool(_TURNED_OUT.search(words) or (called and cue.found.search(words, called.end())))
