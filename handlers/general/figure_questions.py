"""Questions about figures in anybody's words: 队课比上个月多了几场 → a command and its arguments.

The words are taken apart into what they name (a time, a place, what is counted, what is asked of it); a question is
understood if nothing is left over but the name of one kind of work.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from handlers.reading.text.numbers import CHINESE

Said = Mapping[str, Sequence[str]]
_NUMBER = rf"[\d{CHINESE}两]{{1,3}}"
_DATE = rf"(?:(?:20\d\d年)?{_NUMBER}月{_NUMBER}[日号]?|\d{{1,2}}[./]\d{{1,2}}[日号]?)"
# A time as people say it, of any length.
TIME = (
    rf"从?{_DATE}(?:起|以来|开始)?\s?(?:到|至|[-—–~])\s?(?:{_DATE}|[今昨][天日]|前天|现在|目前)|从?{_DATE}以来"
    rf"|(?:最近|近|过去|连续)的?{_NUMBER}个?[天周月]|(?:(?:20\d\d年|[今去前]年)的?)?(?:第?{_NUMBER}(?:教学)?周"
    rf"|{_NUMBER}月份?(?!\d)|第?[一二三四1-4]季度|[春秋]季?学期)|20\d\d学年|(?:20\d\d年|[今去]年)?[上下]半年|(?:20\d\d|[今去前])年度?|(?:[本这]|上+)个?(?:周|星期|礼拜|月|季度|学[期年])"
)
_PLACE = (
    r"[^\s，。,?？的了在是与跟同比从有各哪每]{1,10}?(?:小学|中学|幼儿园|中心校|街道|学区)"
    r"|[^\s，。,?？的了在是与跟同比从有各哪每]{2,10}?(?:(?<![社小园校])区|县|镇|乡|少工委)(?:少工委)?"
    r"|[一二三四五六七八九\d][(（]\d{1,2}[)）](?:中队|班)?"
)
_PARTS = (
    # 没签到的中队, 所有没报的: as good as 哪些中队没签到.
    (
        "those",
        "(?<=的)(?:全部|所有)?(?:(?:中队|班级?|学校)?(?:名单|都?[有是]?(?:哪[些几]个?|谁)|都?有)"
        "|中队|班级?|学校)|(?<=[到报交过])的?(?:名单)$|(?<=[到报交过])的$",
    ),
    ("summary", "(?:年度|年终|工作)*(?:总结|工作报告|工作材料|材料)$"),
    ("digest", "周报|月报|简报|季度?报|学期报|学年报|年报|(?:统计)?报表|统计表|(?<=学期)报|(?<=年)报|(?<=季度)报"),
    ("time", TIME),
    # 清明全区来了多少人 is asked of a date that has a name, 上次队课来了几个 of one check-in.
    (
        "named",
        "元旦|学雷锋日?|三八|植树节|清明节?|劳动节|五一|青年节|五四|六一|儿童节|七一|建党节|八一|建军节|教师节|国庆节?|建队日|队庆"
        "|端午节?|中秋节?|重阳节?|春节|元宵节?|烈士纪念日|公祭日|宪法日|消防日",
    ),
    ("last", "(?:上一?|最近一?|最后一?)[次场回]的?"),
    ("day", f"今[天日]|昨[天日]|前天|{_DATE}"),
    (
        "rank",
        "最(?:[多少高低好差快慢]|活跃|积极|落后)|落后|靠前|排名|排行榜?|排第?[前后一]|倒数|垫底"
        "|(?:哪[个所家]|谁)(?:学校|中队)?(?:更|比较)?[多少高低好差]",
    ),
    ("each", "有没有(?:人|中队|班级?|学校)|哪[几一]?[个所些家]?的?(?:学校|校|中队|班级?)|哪[几一]?[个所些家]|谁"),
    ("every", "(?:各|每|所有|全部)[个所家]?的?(?:学校|校|中队|班级?)"),
    ("sort", "哪[一几]?[种类项个些]的?(?:活动|工作|项目)"),
    ("stock", "(?:有|[是共])*(?:多少|几)[个名位所]?(?:学校|中队|辅导员|老师)$"),
    (
        "none",
        "(?:一[次场个条](?:活动|签到)?[都也]?)?(?:还|都|从来?)*(?:没有?|未)人?(?:怎么)?"
        "(?:[报办搞交做]|开展?|组织|举办|签到|参[加与]|任何活动|活动|动静|上报)过?|[漏缺]报|还[差缺]|逾期",
    ),
    ("than", "对比|相比|比较|比一比|比(?!赛|拼|武)"),
    ("more", "[多少]了?还是[多少]了?|(?:增加|减少|上升|下降)了?(?:还是(?:增加|减少|上升|下降)了?)?"),
    ("late", "[迟补]报"),
    ("share", "占比?|比例|平均|每[场个次]"),
    ("rate", "到场率|出席率|签到率|覆盖率|人次数?|场次数?|场数"),
    ("waiting", "(?:等着?我?|待|没)审"),
    ("whole", "(?:全|本|我们?|咱们?)的?(?:区|县|市|学?校|班级?|中队|大队)"),
    (
        "many",
        "[多少]了?(?:多少|几)[场人]?次?|(?<!第)(?:多少|几)(?:场次?|人次?|次|条|名|期|支|枚|个人|个?(?:学校|中队|班级?)|[个所家])?",
    ),
    ("how", "(?:总体|整体)?(?:情况|数据|汇总)|怎么?样|如何|进度"),
    (
        "filler",
        "请问|把|列出|所有|全部|名单|出来|一下|想(?:知道|问)(?:一下)?|告诉我|给我|(?:帮我)?(?:看看|看一?下|查一?下|统计一?下)|[一总]?共|[总合]计|已经?|"
        "开展|举办|举行|组织|参[加与]|完成|上报|签到|活动|以来|截至|截止|到?(?:目前|现在|今为止)|我们|咱们|中队|学校|"
        "[和跟与同人拿评发各我都还也有是的了吗呢呀啊里内办搞开报来做得,，、在就过达到?？。！!\\s]",
    ),
    ("place", _PLACE),
)  # fmt: skip
_PART = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _PARTS))
_HINT = re.compile(
    "多少|几|哪|谁|[没未漏缺][^,，]{0,12}[的单]|最|排|落后|靠前|倒数|垫底|比|怎么?样|如何|情况|数据|汇总|进度|还是|率|人次|场[次数]|报|总结|材料"
)
# 给我写一份今年的工作总结, 上个月的月报发我看看.
_GIVEN = re.compile(
    "^(?:请|麻烦|帮我|给我|把|[写出做发要来]|生成|一份|一下|\\s)+(?=.*(?:[周月季度期年简]报|报表|总结|材料|报告))"
    "|(?<=[报表结料告队班校单])(?:发?给?我|给?发我|[给帮]我[写做出来]一?份?)?(?:看看?|看?一下)?[呗吧]?$"
)
# Of what a digest tells that is asked for without a time: else of the week.
_USUAL = {"月": "本月", "季": "本季度", "学期": "本学期", "学年": "本学年", "年": "今年"}
# 多少人算齐 asks how it is to be.
_KIND = re.compile("(?!.*[算要该能])[一-鿿]{2,10}")
_DONE = re.compile("[一-鿿]{2}了?(?:多少|几)")
# How many there are, not how many came; how many may be nominated.
_MINE = "(?:我们?|咱们?|本|全)?的?(?:学?校|班级?|中队|大队|[省区县市])[里上]?"
_CHILDREN = "(?:少先队员|队员|学生)"
_HAS = f"(?:现在|目前|应该|一共|总共|共|应?有|是|应到|{_CHILDREN}数?)*(?:多少|几)[个名]?"
SIZE = (
    rf"(?:请问|我想知道)?(?:{_MINE}{_HAS}(?:人|{_CHILDREN}|孩子|同学|(?<=员多少)|(?<=生多少))"
    rf"|(?P<place>[^\s，。,?？]{{2,14}}?)[里上]?{_HAS}{_CHILDREN})[啊呢呀吗]?[?？]?"
)
_OTHERWISE = re.compile(f"{SIZE}|.*名额.*")
_LONGEST = 40
# What asks by itself, so that no report is taken for a question; 本周情况：没有活动 is one.
_ASKS = frozenset({"many", "rank", "more", "stock"})
_NAMES = frozenset(
    {"time", "place", "whole", "rate", "share", "each", "those", "every", "sort", "rank", "more", "stock"}
)
_BARE = frozenset({"each", "none", "filler"})
# What a time that something is compared with is the one before of: 上个月 → 这个月.
_NOW = ((re.compile("^上+"), "本"), (re.compile("^[去前]年"), "今年"))


def asked(text: str) -> tuple[str, str] | None:
    """(a command's word, arguments) of a whole message that asks for figures; else None."""
    if len(text) > _LONGEST or not _HINT.search(text) or _OTHERWISE.fullmatch(text):
        return None
    said: dict[str, list[str]] = {}
    for name, words in _taken_apart(_GIVEN.sub("", text)):
        said.setdefault(name, []).append(words)
    if "none" not in said:
        said.pop("those", None)
    left = said.get("left", [])
    # 微心愿这个月认领了多少: what was done is one of the row's figures.
    done = len(left) == 2 and len(left[1]) == 2 and _DONE.search(text) is not None
    if len(left) > 1 + done or (left and not _KIND.fullmatch(left[0])) or not _asks(said):
        return None
    return _order(said, left[0] if left else "")


def _asks(said: Said) -> bool:
    if said.keys() <= _BARE:
        # 谁没交: of what is known by what it follows.
        return False
    which = not {"each", "sort", "those"}.isdisjoint(said) and not {"none", "rate", "many"}.isdisjoint(said)
    how = "how" in said and "none" not in said and not {"time", "rate", "place", "every"}.isdisjoint(said)
    # 本月签到率, 实验小学的月报: that and nothing else.
    alone = "left" not in said and not {"rate", "digest", "summary"}.isdisjoint(said)
    compared = "than" in said and "time" in said
    return which or how or alone or compared or not _ASKS.isdisjoint(said)


def _taken_apart(text: str) -> Iterator[tuple[str, str]]:
    """(what it names, the words), in their order; `left`: what nothing is known of."""
    left, at = "", 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            left, at = left + text[at], at + 1
            continue
        if left:
            yield "left", left
        yield next(name for name, _ in _PARTS if match[name]), match[0]
        left, at = "", match.end()
    if left:
        yield "left", left


def _order(said: Said, kind: str) -> tuple[str, str] | None:
    place = said["place"][0] if len(said.get("place", [])) == 1 else ""
    now, then = _times(said)
    if "named" in said:
        return None
    if "waiting" in said:
        return "待审", ""
    if "last" in said:
        return ("查", f"上次 {kind} {place}".strip()) if not now and "many" in said else None
    if "summary" in said:
        return None if kind or "day" in said else ("材料", f"{now} {place}".strip())
    if "digest" in said:
        return None if kind else _digest(said, now, place)
    if kind.endswith("章"):
        return "审核进度", ""
    if kind and "share" not in said:
        looked = [" ".join(filter(None, (kind, when, place))) for when in (now, then)]
        return None if "day" in said else ("看", f"{looked[0]} 比 {looked[1]}" if then else looked[0])
    if "day" in said:
        missing = "none" in said or any("中队" in words for words in said.get("many", ()))
        return "未签到" if missing else "查", f"{said['day'][0]} {place}".strip()
    if "late" in said:
        return "为什么", f"{said['late'][0]} {now} {place}".strip()
    if kind or not _NAMES.isdisjoint(said):
        return _digest(said, now, place)
    return None


def _digest(said: Said, now: str, place: str) -> tuple[str, str]:
    """Its schools, the lowest first, where the question is about them; else all of it, which has them beside."""
    if said.get("stock", [""])[0].endswith(("员", "师")):
        return "角色", place
    if not now and "digest" in said:
        now = next((time for word, time in _USUAL.items() if said["digest"][0].startswith(word)), "")
    if not now and not {"sort", "share", "rank"}.isdisjoint(said):
        # On a Monday this week has nothing yet.
        now = "本学期"
    week = not now or re.fullmatch("第.*周|[本这上]+个?(?:周|星期|礼拜)", now) is not None
    squads = any(
        words.endswith(("中队", "班")) or words == "谁" for words in (*said.get("each", ()), *said.get("many", ()))
    ) or any("学校" not in words for words in said.get("those", ()))
    if "none" in said and week and squads:
        return "未签到", f"{now} {place}".strip()
    if "rank" in said and any(words[:2] in ("到场", "出席") for words in said.get("rate", ())):
        # The workbook has the rate of each school.
        return "周报", f"{now} 表".strip()
    by_school = (
        "sort" not in said
        and not {"each", "those", "every", "rank", "stock"}.isdisjoint(said)
        or len(said.get("place", ())) > 1
    )
    return "周报", " ".join(filter(None, (now, "按学校" if by_school and week and not place else "", place)))


def _times(said: Said) -> tuple[str, str]:
    """(the time that is asked about, the one that it is compared with); empty without."""
    times = said.get("time", [])
    if "than" not in said and "more" not in said:
        return (times[0] if times else ""), ""
    if len(times) > 1:
        return times[0], times[1]
    for before, this in _NOW if times else ():
        if before.search(times[0]):
            return before.sub(this, times[0]), times[0]
    return (times[0] if times else ""), ""
