"""The names in one word of a nomination: whole, with what is said before and behind them, in a row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from handlers.privacy.names import GIVEN, SOUNDS, SURNAMES, persons
from handlers.reading.medals.particulars import PLACE
from handlers.reading.persons import names as known
from handlers.reading.persons.names import is_name, is_nickname, name_at_start, split_names
from handlers.reading.text.patterns import pattern

_LONGEST_SQUAD = 6
USUAL, _LONGEST_NAME = 3, 5
_COLLECTIVE = pattern(
    r"(?:[\u4e00-\u9fff]{2,8}(?:小学|中学|学校)(?:少先队)?(?:大队)?)?(?:想要?|给|被|为|请|今年|本|自荐|我(?=推荐|申报|提名)|我?自己[所带]{0,2}的?|[本这](?:学期|学年|次|轮|届)|中队|大队|我们|申[请报]|推荐|提名|授予|评为|获|争[取创]|参评|竞选|[争创评颁发授报都也均拟再现]|一?个|[我本]?(?:[班校]|中队|大队))*"
    r"(?:中队|大队|先进)?集体(?:申[请报]|推荐|提名|[争创评颁发授报])*"
)
_LEAD = pattern(
    r"(?:呃|嗯|[啊呀哦]|会上|(?:评选?|推?选)出了?|我是|(?:还|另外?|也|再|同时)(?=推荐|提名|申报|推选|给)|还有|另外|第[一二三四五六七八九十\d]{1,2}[名位个]?(?=推荐|提名|申报|推选|是)|那个|这个|就是|然后|[哎喂]|请(?=把|将|给|帮|为)|各位老师好?|老师们?好|老师您好|大家好|[您你]好|谢谢老师|谢谢大家|谢谢|辛苦了|麻烦了?|就(?:报|是|给)?|[只选](?=[报推选给定]|[\u4e00-\u9fff]{2,4}$)|我们班级?|咱们?班级?|咱们|我们中队|我们|[我咱][班中大]?队|我班|我校|学校|本中队|"
    r"我(?=推荐|提名|申报|报|提|给|把|将)|建议|觉得|最后|帮忙|[本这]次|选定|[决选]?定(?:下来|了)|(?:就|那就?)(?=[报给定选])|还是(?=[报给定选])|登记(?:一下)?|[提报]一?[个下](?=[\u4e00-\u9fff])|老师(?=[给帮把为我])|对了|今年|[本这]学期|[他她]?叫|再?加(?:报|上)?一?[个位名]?|[还另]?有?一[个位名](?:就?是|叫)|一下|[报争评]一?个|都|均|现|拟|以下|我?想要?|先|希望|准备|决定|同意|经|一致|评议|民主|讨论|研究|争章(?:项目|内容)|[补另]报|还要|提名|推荐|申报|申请|推选|推优|推|特为?|上报|报送|报|评选|参评|评|争取|争(?!章)|获|授予|为|把|将|由|给|[颁发]给|替|帮|让|"
    r"中队|大队|小队|班级|个人|姓名|奖项|章[目名]|被?推荐人?|奖章|名单|如下|候选人?|少先队员|队员|同学|学生|小朋友|孩子|的|是|和|与|及|全体|所有|大家|接龙)++"
)
_TAIL = pattern(
    r"(?:[嗯呃额啊]|[这那]?[一两俩]?对?(?:双胞胎|孪生)?(?:姐妹|兄弟|姐弟|兄妹|双胞胎)|[都也均]是|也要?|一个人|[评颁报升记发给加]一?[个枚]|报上去?|加[上进]去?|[颁发评]|颁发|等?[几两一二三四五六七八九十\d]{1,2}[人位个]|[各每](?:自|人)?(?:申[请报]|推荐|提名|报|评|发)?(?:[一1][枚个])?|当|吧|了|都|等?(?:[几两一二三四五六七八九十\d]{1,2}[位名个])?(?:同学|队员|少先队员|小朋友|学生)们?|参评|评选|评|那个|这个|申报|[都也均]?[补另]?报|[拿得](?:到|个)?|晋?升|推荐|提名|申请|争取|争创|争|荣获|获评|获得?了?|拿|被?评为|(?<!见义勇)(?<!敢作敢)为|的|等|和|与|跟|一[起同]|"
    r"个人|候选人)+$"
)
# What only asks for the medal is no reason: 请给 …, 报, 升, 也加到 … 名单里, 谢谢.
FORMAL = pattern(
    r"(?:队员|同学|学生|孩子|[的那这]个?|小朋友|[几两一二三四五六七八九十\d]{1,2}[位名个]|请|帮忙?|麻烦|分别|[想要再也都均拟先补另给为将把就])*(?:(?:推荐|提名|申报|给|为)[他她]们?(?:申?报|[参]?评)?|申[请报]|[上补]?报|[参]?评|争[取创]?|人员|备注|[你您]?记一?下|推荐为?|提名|参评|评选|审核|晋?升[级到为]?|(?:提名|推荐|申报|获[奖章])人|的?(?:同学|队员)?有|一下|加[到入上进]|列入|推荐?名额|名额|名单[里中上]?|[请给和与及要得到入]|已有|已获集体|的?(?:同学|队员)|里的|称号|当选|(?:都|还)?是|我?[提报推]一?[个位名]|[本这]个?(?:周|月|次|学期|学年|轮|届)|的?获得者|望?请?批准|请审批|(?:尊敬的|各位).{2,6}|(?:所在)?(?:班级|年级|单位)|已报|补交|追加|汇总|自荐|[每各]人?[报发]?一?[枚个]|\d{1,2}[枚个]|(?:红领巾奖章)?(?:推荐|申报|审批|登记|汇总)表|名单|人选|候选人?|(?:申报|推荐|提名|参评|评选|所?获)?(?:奖项|奖章|章目|荣誉|称号|项目|类别|级别|星级|等级)(?:名称)?|名称|拟[授颁评报]予?|(?:申报|推荐|提名|参评|申请)(?:的?章|何章)|特此|(?:我们?|本|咱们?)(?:中队|班)[也都要想]*报?|我们|[给让把]?班[上里]|谢谢.{0,3}|以上(?:[几两一二三四五六七八九十\d]{0,2}[位名人个])?(?:申[请报]|参评|推荐)?|[小的]?朋?友?评[上出选]了?|请[\u4e00-\u9fff]{0,2}(?:老师|领导|校长|主任|大队部)(?:审[核批]|批准|查收|审阅)|\+1|的话|共|今年|授予|(?:推荐|申报|提名|参评|表彰)?对象|代[\u4e00-\u9fff]{1,3}老师(?:报|提名|推荐)(?:一下)?|[这此上]次|请?登记|请?记[上下录]|[都全]?[考通]过)+[了吧啊哦]?"
)
_JUDGEMENTS = tuple("好强棒高优佳大多快美")
_PUTS = pattern(
    r".{0,10}(?:推荐|提名|申报|推选|给|替|由|让|员|手|长|者|兵|使|星|组"
    r"|干部|教师|医生|教授|法官|民警|军人|工人|主任|书记|主席)"
)
# 周大海爷爷, 何奶奶: somebody old of that name, or a child's? It is asked about.
_KIN = pattern(rf"[{''.join(sorted(SURNAMES))}][\u4e00-\u9fff]{{0,3}}(?:爷爷|奶奶|叔叔|阿姨|伯伯|大爷|大妈|妈妈|爸爸)")
_AND = pattern("[和与及跟]")
# What goes on with a name, and is no word of the reason.
_BESIDE_NAME = pattern("^(?:同学|队员|小朋友|等|的|是|和|与|[都也均])+")
# 马到成、牛犇; 景澜 昆仑: what could be a name as well, in a list with one or parted from it by nothing but a space.
_BESIDE = {
    "、": pattern("[\u4e00-\u9fff]{2,4}(?<![长手员委])"),
    " ": pattern(
        rf"(?!说明|理由|事迹|[已曾现获拟他她也])(?:[\u4e00-\u9fff]{{2}}|[{''.join(sorted(SURNAMES))}][\u4e00-\u9fff]{{2}})(?<![长手员委])"
    ),
}
# 王小明,(候补)李小红; 备选李小红
STANDBY = pattern("候补|备选|替补|备用|后备|待定")
# 王小明,优秀: of the child that stands there.
_MERIT = pattern(
    "优[秀良异]|认真|热[心情]|努力|积极|勤[奋劳快]|善良|诚[实信]|懂事|[乐达]观|自[律立信觉强]|[勇果]敢|团结|劳动|负责|礼貌|有礼|孝[顺敬]"
    "|进步|[男女][生孩]|守纪|[学尊][习师]|[爱好]学|助人|阳光|活泼|开朗|聪明|机灵|踏实|细心|耐心|专注|上进|坚[持强]|节[约俭]|奉献|健康|全面"
    "|其他|另外|此外|还有|[今昨]天|老师|申报|推荐|谢谢|辛苦"
)
_POLITE = pattern(r"(?:谢谢|辛苦|麻烦|请(?:审核|查收|批准|领导)|以上|附图|见附件|特此|收到|啊|哦|吧|哈)")

# What is said of a child right behind the name: 钱多多乐于助人,沈一鸣是升旗手.
# 李小红学习差,王小明帮她 tells of another.
_DOES = pattern(
    r"是|担任|当|能|会|爱|乐|热|善|勇|尊|学|积|主|认|关|团|品|成绩|表现|助|勤|诚|拾|孝|工作|经常|常常|坚持|努力"
)
_OF_ANOTHER = pattern(r"[他她]|[不没差弱病伤缺]|困难|落后|之前|[的时]$|[让被请]")


@dataclass(slots=True)
class Nominees:
    """Whom a piece of text names; `stated` is how many it says it names."""

    names: list[str] = field(default_factory=list)
    nicknames: list[str] = field(default_factory=list)
    collective: bool = False
    nobody: bool = False  # 无
    squad: bool = False  # 雏鹰小队
    unsure: bool = False  # a child in the reason who may be nominated too
    stated: int | None = None
    pieces: int | None = None  # 红旗章4枚
    reason: str | None = None
    lead: str | None = None  # the part of the reason that is said ahead of the first name
    tail: str | None = None  # the part behind it
    own: dict[str, str | None] = field(default_factory=dict)  # name → what is said of that one alone

    def reason_of(self, name: str | None) -> str | None:
        """What is said of one of them, else of all."""
        return self.own.get(name or "", self.reason)

    @property
    def all(self) -> list[str]:
        """Everybody who is named, by full name or not; 张老师 only where nobody else is."""
        children = [name for name in self.nicknames if not name.endswith(("师", "妈", "爸"))]
        return list(dict.fromkeys(self.names + children if self.names else self.nicknames))


def take_names(word: str, found: Nominees, roster: Collection[str], goes_on: bool) -> str | None:
    """Take the names out of one word; what is left of it belongs to the reason. `goes_on`: a list of names does."""
    if _COLLECTIVE.fullmatch(word):
        found.collective = True
        return None
    core = core_of(word)
    if not core:
        return None
    if (goes_on or not found.names) and _KIN.fullmatch(core) and core not in roster:
        found.nicknames.append(core)
        return None
    if judges(core) and core not in roster:
        return word
    found.squad = found.squad or (core.endswith("小队") and len(core) <= _LONGEST_SQUAD)
    if PLACE.fullmatch(core):
        found.names.append(core)
        return None
    if word in roster or core in roster:
        found.names.append(word if word in roster else core)
        return None
    said, whose = _described(core)
    if whose and (goes_on or not found.names):
        found.names.append(whose)
        return said
    return _taken(word, core, found, roster, goes_on)


def _described(core: str) -> tuple[str, str]:
    """(表现好, 王小明) of 表现好的王小明, who somebody is ahead of the name; nothing of other words."""
    said, _, whose = core.rpartition("的")
    return (said, whose) if said and is_name(whose) and persons(whose) == (whose,) else ("", "")


def _taken(word: str, core: str, found: Nominees, roster: Collection[str], goes_on: bool) -> str | None:
    if is_nickname(core) or (is_nickname(word) and not is_name(word)):
        found.nicknames.append(core if is_nickname(core) else word)
    elif len(both := _AND.split(core)) > 1 and all(map(is_nickname, both)):
        found.nicknames += both
    elif len(core) > USUAL and is_unknown_name(core):
        found.names.append(core)
    elif names := split_names(core) or _joined(core):
        found.names += names
    # After 集体 a word that only begins like a name is none: 集体一星章 全员完成争章.
    elif (_is_next(core, goes_on) or not (found.names or found.collective)) and (
        name := _first_of(roster, core) or _of_both_parents(core) or _known_at_start(core)
    ):
        found.names.append(name)
        behind = core[len(name) :]
        rest = core_of(behind)
        # 苏沐橙和唐柔拿过奖: somebody else may be meant as well.
        more = behind.startswith(("和", "与", "及", "跟")) and bool(persons(rest) or could_be_listed(rest, " "))
        # 杜十三娘: a name of four characters?
        found.unsure = found.unsure or more or (len(rest) == 1 and rest not in "他她")
        return None if not rest or FORMAL.fullmatch(rest) else _BESIDE_NAME.sub("", behind)
    elif last := _last_of(core, bool(goes_on or not found.names)):
        found.names.append(last)
    elif (goes_on or not found.names) and (is_unknown_name(core) or (goes_on and _may_be_next(core))):
        found.names.append(core)
    else:
        return word if not _POLITE.match(core) else None
    return None


def _joined(core: str) -> list[str]:
    """沐云舒和王小明: surnames of no list among them."""
    parts = _AND.split(core)
    return parts if len(parts) > 1 and all(is_name(each) or is_unknown_name(each) for each in parts) else []


def judges(word: str) -> bool:
    """纪律强, 成绩好."""
    return word.endswith(_JUDGEMENTS) and len(word) > 2 and word[-1] != word[-2] and not persons(word[:2])


def praises(word: str) -> bool:
    """优秀, 文明: what is said of a child."""
    return judges(word) or _MERIT.fullmatch(word) is not None


def could_be_listed(word: str, mark: str) -> bool:
    """Whether `word`, which `mark` parts from a name, may be another name, though it is a word, too."""
    alike = _BESIDE.get(mark.strip().replace(",", "") or " ")
    return (
        alike is not None
        and alike.fullmatch(word) is not None
        and not praises(word)
        and word[:2] not in known.NOT_NAMES
    )


def _last_of(core: str, wanted: bool) -> str | None:
    """红领巾讲解员方子墨, 我们拟推荐方子墨: behind who puts forward, or who somebody is."""
    return (
        next(
            (
                name
                for name in persons(core)
                if is_name(name) and _PUTS.fullmatch(core[: -len(name)]) and core.endswith(name)
            ),
            None,
        )
        if wanted
        else None
    )


def is_unknown_name(core: str) -> bool:
    """凤雨桐, 徐人, 卓玛次仁: no surname of the list, a particle in it, a longer one; and no word of the language."""
    given = len(core) == USUAL and (GIVEN.issuperset(core[1:]) or core[0] in SURNAMES)
    sounds = USUAL < len(core) <= _LONGEST_NAME and 2 * sum(letter in SOUNDS for letter in core) >= len(core)
    return known.is_short_name(core) or ((given or sounds) and persons(core) == (core,))


def _may_be_next(core: str) -> bool:
    """封子昂, 高兴: behind 、 what else would be too little to be a name."""
    return known.is_word_and_name(core) or (len(core) == USUAL and persons(core) == (core,))


def _of_both_parents(core: str) -> str | None:
    """王蒋思琪: two surnames."""
    both = len(core) == USUAL + 1 and is_name(core[1:]) and is_name(core[0] + core[2:])
    return core if both and GIVEN.issuperset(core[2:]) else None


def _is_next(core: str, goes_on: bool) -> bool:
    """王小明、李小红都很优秀: the list goes on with a name that is no word."""
    return goes_on and any(core.startswith(name) for name in persons(core))


def core_of(word: str) -> str:
    """想推荐孙若涵同学争 -> 孙若涵; a word that is a name already is left alone."""
    if is_name(word) and not word.endswith(("同学", "获", "争")):
        return word
    if lead := _LEAD.match(word):
        word = word[lead.end() :]
    return _TAIL.sub("", word[:40]) if len(word) <= 40 else word


def _known_at_start(core: str) -> str | None:
    """王小明 of 王小明学雷锋, 龙飞 of 龙飞通过; 成绩优异 holds no name."""
    named = persons(core)
    first = next(filter(core.startswith, named), "")
    if first and is_name(first):
        return first
    name = name_at_start(core)
    return name if name and (named or core[len(name) :].startswith(known.TITLES)) else None


def _first_of(roster: Collection[str], word: str) -> str | None:
    return next((name for name in roster if word.startswith(name)), None)


def tells_of_each(clauses: Iterable[str]) -> bool:
    """钱多多乐于助人,沈一鸣学习刻苦,方雨涵是升旗手: every clause is of one child, and none of another beside it."""
    told = [clause for clause in clauses if core_of(clause)]
    return len(told) > 1 and all(map(tells_of_one, told))


def tells_of_one(clause: str) -> bool:
    """是升旗手, 乐于助人 right behind a usual name."""
    clause = core_of(clause)
    name = next((name for name in persons(clause) if clause.startswith(name)), "")[:USUAL]
    usual = len(name) == USUAL and is_name(name) and GIVEN.issuperset(name[1:])
    rest = clause[len(name) :]
    return usual and _DOES.match(rest) is not None and _OF_ANOTHER.search(rest) is None
