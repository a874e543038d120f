"""Words beside the heads that nothing explains and that may turn what is said: 先报40人, 只能进35人, 名单42人已发.

A report says who came to what; it has no negation, nothing to come and no 只能 of its own. What is left of a piece when
its unit, day, heads and activity are taken out is looked at: a theme has none of these words, or has them in words of
its own (不忘初心, 未来, 理想), which the guards let pass.
"""

import re

from handlers.reading.checkins.activities import ANY, names_activity
from handlers.reading.claims.cues import OPAQUE
from handlers.reading.text.normalise import COUNTED, GAP, HELD, SECRET
from handlers.reading.text.patterns import pattern

# Of a long text only the clause with the heads is looked at: the others tell how it was.
_SHORT = 40
# 队会 不做低头族 43人, 劳动课:我能自己整理书包: what stands by itself may be a theme.
_IN_THEMES = frozenset("不要先能会想无将")
_APART = pattern("[ :]")
_CLAUSE = pattern(r"[^,;。!?()\n]+")
_MARKS = f"{GAP}{HELD}{COUNTED}{SECRET}"
_NEGATIONS = (
    rf"(?<={COUNTED})(?:准时|按时|都|全部?|一起)?[来去到]不",  # of somebody in particular it may be said: 高兴来不了
    r"(?<![永来去到])不(?![忘怕错少同畏息断仅但负懈朽屈折停倒愧变灭舍凡拘远久老论管惜时慎幸文良乱随吃抛挑浪染掉褪昧退]|止步)",
    rf"(?<!{SECRET})(?<!{SECRET}了)没(?![收落缺报]|[来去]成)",
    r"(?<!从)未(?![来成央名])",
    r"别(?<![特个区级分辨告性类差送]别)(?![具样开墅致离])",
    r"勿",
    r"(?<!南)无(?=[人法需须缘故]|效$)",
)
_TO_COME = (
    r"想(?<![思理梦感幻设联猜遐畅随奇冥]想)(?![象念起家法说报])",
    r"要(?<![主重摘纪概简我]要)(?![点闻素塞害])",
    rf"能(?<![技智功节才体热动电性]能)(?=[来去到进参坐报上开有够容{COUNTED}])",
    r"会(?<![队班书享赛论谈奖示诵诗动议座大晚学社机委茶音开展年节乐览]会)(?=[来去到参补])",
    r"定(?<![一稳坚安]定)(?=[在于了下]|$)|[暂原商]定",
    rf"先(?![进锋生烈辈队导贤天后驱声由])|再(?![见次现生接获报记补由])|才(?=[能可够会算开])|还(?=[在没未差要需是能会得剩{SECRET}])",
    rf"将(?<![小大名]将)(?![军士心爱])|拟(?<![模虚]拟)|[暂预](?![停防备言祝习警算定])|等(?=[着下会待人齐{HELD}])|待(?![人遇])",
    r"只[能要需准许限]|可以(?!开始)|准备(?!完毕|就绪|好了)|筹备|打算|计划|安排|报名|马上|稍后(?!再?[补发传上拍])|开始前|[就快刚]要|正[在要]|应[于在按由该当]|必须|须|需(?!求)",
    r"目前|暂时|截[至止]|到现在|进行(?:到|中)|报了名|报满|该(?![校馆镇班])|得(?=[去来有要给叫让])",
)
_HEDGED = (
    rf"(?<![扫清删去拆开])除了?(?![草尘夕害雪]|[^,。;\n]{{0,12}}{SECRET})|够(?!本)|差(?<![出误时落偏邮参]差)(?![点异别])|最[多少]|至[多少]|[吗么]\s?$",
    r"好像|似乎|貌似|也许|或许|听说|据说|假设|如果|要是|万一|原来",
)
_PAPERS = (
    r"名单|材料|资料|通知|同意书|责任书|回执|申请表|方案|保险|车票|座位|座椅|椅子",
    r"名额|经费|预算|清单|服装|队服|盒饭|午饭|水杯",
)
# 40人的责任书, but 40人的陪同下
_OF_THEM = (
    rf"(?<={COUNTED})的(?=[\u4e00-\u9fff]{{2}})"
    r"(?!但|可是|结果|活动|积极|参[与加]|陪|带|见证|帮|指导|掌|共同|努力)",
)
# 爱学习还有4个人没学完, and nobody is said to have come; 还有2个请假 goes on with what was told.
_LEFT = pattern(f"还[有剩差]{SECRET}")
# 分别开了队会和队课: two were held, and only one of them would be recorded.
_TWO = pattern(rf"(?:[队班][会课日]|升旗|祭扫|扫墓|爱学习)[^,。;:\n{HELD}]{{0,4}}[和与及跟加]\s?{HELD}")
# What may stand right behind the heads: 都参加了, 来了, 走进敬老院, 很开心; and what shows that it tells something.
_HAN = "[\u4e00-\u9fff]"
_HOW = (
    "都|刚|全部?|均|也|已|[准按]时|积极|认真|一[起同]|共同|集体|同学|孩子|娃+|小家伙|儿|就|[今昨]天|[上下]午|们|又|还"
)
_COMING = (
    "参[加与赛训观会]|出席|[观收]看|听讲|聆听|学习|完成|做完|到[场齐位会课家]?|忘[了记]?报|我?忘记?了?报|打卡|[来去回在听看学玩走上]|体验|走进"
    "|开展|举[行办]|召开|撤[离到退]|疏散|前往|赴|重温|光荣|入队|行动|动手|[同登]台|留影|祭扫|扫墓|清理|打扫|[捡种包做画写唱编绘跳跑比给叠缝绣扎剪折栽浇擦]|演唱|表演|献花"
    "|宣誓|签名(?![墙册])|讲解|发言|分享|选举|投票|乘坐|徒步|制作|平安|[漏补]?报|带[队领着]|陪[同着]|跟[着随]|护送|指导"
)
_WELL = "气氛|反响|效果|秩序|表现|收获|圆满|顺利|成功|结束|开心|快乐|热烈|精神|兴|很|非常|特别|真|太|挺"
_EXPLAINED = pattern(
    f"(?:{_HOW})*(?:{_COMING}|{_WELL})|[了吧呢啊哈哦啦嘞的呀对]+|就是|[有其分和与是中含共另外]|然后|情况|如下|补(?:一下|上)|稍后|晚点|回头"
)
_TELLS = pattern(r"全部|^(?:每人)?[要穿]|带(?![来领头着])|[了着过都就被把等回]|手里|[好完下发]$")
_BEHIND = pattern(f"{COUNTED}({_HAN}{{2,}})")
# 手册发到44人
_HANDED = pattern(f"[发催交收买借印排派选换订租领贴](?<!竞选)了?到?{COUNTED}|批了{COUNTED}")
# 祭扫限40人, 队课得给40个娃, 队会点赞42: what is done to so many, between the activity and the number.
_BEFORE = pattern(rf"({_HAN}{{1,6}}){COUNTED}")
_OF_ONE = frozenset(
    "共计约有到来去回为是和及的会课赛展营日节周月场员者人后时上里中内班我全都各仅类号操又还也就才了在与跟同学看嗯哈呃啊哦呢吧嘛额嘞"
)
_TAKES = frozenset("得给让叫带限凑够收发录入评选派投赞转买订备占载坐容借租等差招催问印领交批")
_CAME_TO = frozenset("到来去看听学参加与完上做开办搞成行走唱跳种捡包画写讲读演始束里")
# 队会录像, 队课本: something of the activity.
_OF_IT = pattern(
    rf"{HELD}+(?:的)?(?:[Pp][Pp][Tt]|排练|彩排|预演|走台|录像|录播|回放|推文|课件|教案|稿|海报|道具|奖品|点心|桌|本(?![周月次学期班中校级]))"
)
# 给44人订了午餐, 队课被占了: beside the heads or the activity something else was done than to hold it.
_ELSE = pattern(
    r"被(?=[^,]{0,8}(?:占|抢|挤|取代|冲|借|挪|征用))|挑战(?![赛杯自])"
    rf"|{_HAN}(?<![来到去听学看读参加与开办搞做上完成行织种讲说唱画写走打扫祭植升束满过始好动包捡跳演诵观听献练除训赛结毕罢除束成齐为给有知展习极苦会带不忘漏])(?<![忘漏记]报"
    r")了(?!解)"
)
# 全体去烈士陵园了
_WENT_THERE = pattern(r"(?:去|来到|前往)[\u4e00-\u9fff]{2,8}了\W*$")
_DOUBT = pattern("|".join((*_NEGATIONS, *_TO_COME, *_HEDGED, *_PAPERS, *_OF_THEM)))


def unexplained(rest: str) -> str:
    """The first such word of what is left of a piece; empty where all is explained. Linear in its length."""
    short = len(rest) <= _SHORT
    if HELD in rest and (two := _TWO.search(rest)):
        return two[0]
    if _DOUBT.search(rest) is None:
        return _turned(rest) if short else ""
    rest = OPAQUE.sub(lambda match: "《" * len(match[0]), rest)
    marks = _MARKS if short else COUNTED
    for clause in _CLAUSE.finditer(rest):
        told = any(mark in clause[0] for mark in marks) or (short and names_activity(clause[0]))
        for found in _DOUBT.finditer(clause[0]) if told else ():
            if found[0][0] not in _IN_THEMES or _beside_a_mark(clause[0], found.start()):
                return found[0]
    return _turned(rest) if short else ""


def _beside_a_mark(clause: str, place: int) -> bool:
    """Whether the words at this place stand together with what was understood, with no blank or colon between."""
    start = max(clause.rfind(sign, 0, place) for sign in " :") + 1
    return any(mark in _APART.split(clause[start:])[0] for mark in _MARKS)


def _turned(rest: str) -> str:
    """What else is told of the heads of a short text: 40人手里, 44人都知道了."""
    left = _LEFT.search(rest) if HELD in rest and COUNTED not in rest else None
    if handed := left or _HANDED.search(rest) or _OF_IT.search(rest):
        return handed[0]
    if taken := next((found[1] for found in _BEFORE.finditer(rest) if _is_done_to(rest, found)), ""):
        return taken
    if ("了" in rest or "被" in rest or "挑战" in rest) and (deed := _other_deed(rest)):
        return deed
    for behind in _BEHIND.finditer(rest):
        words = behind[1]
        if not _EXPLAINED.match(words) and _TELLS.search(words) and not names_activity(words):
            return words
    return ""


def _other_deed(rest: str) -> str:
    for clause in _CLAUSE.finditer(rest):
        if (HELD in clause[0] or COUNTED in clause[0]) and (found := _ELSE.search(clause[0])):
            return "" if _WENT_THERE.search(clause[0]) else found[0]
    return ""


def _is_done_to(rest: str, found: re.Match[str]) -> bool:
    """Whether the words right before the heads say what is done to so many, and not that they came."""
    words = found[1]
    start = max((match.end() for match in ANY.finditer(words)), default=0)
    beside = start or rest[: found.start()].endswith(HELD)
    words = words[start:]
    if not beside or not words:
        return False
    if len(words) == 1:
        return words not in _OF_ONE
    return words[-1] in _TAKES or (words[-1] == "了" and words[-2] not in _CAME_TO)
