"""Personal names: what may be one, how a run of characters splits into names, and what only looks like one."""

import re

from handlers.privacy.names import DOUBLE, persons, words_of
from handlers.privacy.names import GIVEN as GIVEN_LETTERS
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜"
    "崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫阎雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔常汤康易乔赖文施洪辛柯"
    "庄温牛樊葛邢安齐伍庞颜倪章鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游阳"
    "靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆司古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗代桂全佟应臧闵苟邬"
    "边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖池楚鹿佘冼木来幸向和明农区卓嵇束巴苍"
    "聂瞿荆晁阚蔺郦郏仝亓訾蒯莘竺綦苑桓尧巩鞠胥逄钮段"
    "傅储冀匡厉奚戎狄檀燕晋芮茅茹荀裘邸郁郗郜逯鄂鄢阙雍濮湛屠宓廉禹邰季丘"
)
# Not in a given name: particles, measures and words of counting, so that 余人请假 or 于请假 is no name.
_NO_NAME = (
    "的了是在有和与及或也都人名位个们请假没未病患缺班队级校各应实共为争被把将从到我你他她它这那章升获评荐报提"
    "啊呢吧嘛呀啦嗯呃不"
)
# No given name ends so: 李想由一星章 …, 孙悦以38票当选.
_NO_END = tuple("由以再等因就则拿又还并转得")
_LETTER = rf"[^\x00-\x7f\s、。·,;:!?{_NO_NAME}\ue000-\ue002]"
GIVEN = rf"{_LETTER}{{1,2}}"
NAME = rf"(?:(?:{DOUBLE.pattern})|[{SURNAMES}])(?:{GIVEN})"
_HAN = "[\u4e00-\u9fff]"
LONG_NAME = rf"{_HAN}{{2,6}}(?:·{_HAN}{{2,6}}){{1,3}}"  # 阿依古丽·买买提

_LOOKS_LIKE = """
谢谢 申报 申请 经过 单独 终于 许可 祝贺 应为 应该 强烈 强大 查看 向往 向您 和睦 和他 计划 计算 封面
雷锋 清明 安全 文明 高兴 劳动 祝福 黄河 向阳 关心 关爱 安排 许多 高年级 全体 全部 全员 全校 全班 成绩 成长
成功 方法 高尚 高度 时间 时刻 任务 任教 万分 常常 常规 于是 白天 华夏 荣获 荣誉 荣立 荣幸 文化 文艺 文体 文具
乐于 乐观 明天 明确 明白 曾经 曾获 向上 向善 向前 来自 来到 来源 应该 解放 连续 连任 路队 游戏 管理 管乐 包括
席位 代表 师生 师德 党员 党史 党课 关于 和谐 和平 古诗 古诗文 吉祥 景点 简介 简单 简报 项目 车队 宗旨 时代
明星 农村 农业 区级 区优秀 木工 幸福 水平 易拉 金牌 金奖 石榴籽 龙舟 马拉松 林业 江河 康复 温暖 平安 安静 毛笔
毛笔字 童心 童话 阳光 路上 盛大 成员 成为 全面 全国 全省 全市 师范 支持 连队 章程 舒心 常务 尚未 解说 解说员
党旗 连环 单项 单位 高级 高质量 高效 祭英烈 文明礼 方面 方式 司仪 司令 向雷锋 周末 周一 周二 周三 周四 周五
周日 何时 何人 何地 任何 任意 左右 白板 包干 包干区 单元 卫生 米字 卫士 商量 全程 全力 全家 全新 全心 万众
万里 江山 于老师 全勤 常帮助 左右手 金点子 方阵 梅花奖 章目 章名
区里 区上 区内 区团委 区教委 区文明办 团委 团支部 党委 党支部 国家 段里 宫里
季节 季度 季军 季末 丘陵
常来 常去 常说 常在 常给 常带 常被 常到 马上 单号 双号 时候 明显 明早 明晚 明年 向来 从来 安心 全队 全组
"""
NOT_NAMES = frozenset(_LOOKS_LIKE.split())
_ONE = pattern(rf"(?:{LONG_NAME}|{NAME})")
TITLES = ("老师", "同学", "主任", "校长", "队长", "班长", "队员", "家长", "教师")
# 应该够一星章了: 应 is a surname.
_NO_NAMES = ("全员", "全体", "全班", "全校", "全部", "应该", "应当")
_SEPARATOR = pattern(r"[、,，/;和与及\s]+")
_NICKNAME = pattern(
    rf"(?:(?:小(?![组队学时结])|阿){_HAN}|({_HAN})\1|[大老]?[{SURNAMES}](?:同学|某某?|老师|小朋友|校长|主任)|小{_HAN}{{2}})"
)


def is_name(word: str) -> bool:
    """Whether `word` as a whole may be the full name of a person: 王小明, 欧阳若涵, 阿依古丽·买买提."""
    return (
        word not in NOT_NAMES
        # 司徒红旗 is one child, and no badge of 司徒's.
        and DOUBLE.fullmatch(word) is None
        and not word.startswith(_NO_NAMES)
        and not word.endswith((*TITLES, *_NO_END))
        and (_ONE.fullmatch(word) is not None or _is_one_of_people(word))
    )


def _is_one_of_people(word: str) -> bool:
    """李佳人, 周立人; 老实人 and 成年人 are words."""
    made = len(word) == len("李佳人") and word[2] == "人" and word[0] in SURNAMES and word[1] in GIVEN_LETTERS
    return made and word[:2] not in NOT_NAMES and any(map(word.startswith, persons(word)))


# 欧阳若涵和阿依古丽·买买提
_BESIDE_LONG = pattern(
    rf"(?<={_HAN})[和与及跟](?=(?:(?![和与及跟]){_HAN}){{2,8}}·)|(?<=·)({_HAN}{{2,6}}?)[和与及跟](?={_HAN}{{2}})"
)
_LONG = pattern(rf"{_HAN}{{2,12}}(?:·{_HAN}{{2,12}}){{1,3}}")
_FORMAL_BEHIND = pattern("^(?:同学|队员|小朋友|[为颁发评报])+")
_ASKED_AHEAD, _ASKED_BEHIND = tuple("给把报请为让将的推评是叫和与及"), tuple("评报争获颁发为拿也的了吧等和与")


def long_names_apart(scan: str) -> str:
    """推荐阿依努尔·买买提申报 -> 推荐 阿依努尔·买买提 申报: a name of parts ends where words of the language begin."""
    return _LONG.sub(_apart, _BESIDE_LONG.sub(lambda match: f"{match[1] or ''}、", scan)) if "·" in scan else scan


def _apart(match: "re.Match[str]") -> str:
    first, *_, last = parts = match[0].split("·")
    begins = max([end for start, end in words_of(first) if end - start > 1], default=0)
    begins = begins if begins < len(first) - 1 else 0
    while first[begins:].startswith(_ASKED_AHEAD) and len(first) - begins > len("阿力"):
        begins += 1
    ends = min([start for start, end in words_of(last) if end - start > 1 and start > 1], default=len(last))
    while last[:ends].endswith(_ASKED_BEHIND) and ends > len("艾力"):
        ends -= 1
    name = "·".join([first[begins:], *parts[1:-1], last[:ends]])
    behind = _FORMAL_BEHIND.sub("", last[ends:])
    return f"{first[:begins]}{GAP * bool(begins)}{name}{GAP * bool(last[ends:])}{behind}"


def is_short_name(word: str) -> bool:
    """徐人: two characters, the second of which hardly ever is in a name, and no word of the language."""
    short = len(word) == len("徐人") and word[0] in SURNAMES and DOUBLE.fullmatch(word) is None
    return short and persons(word) == (word,)


def is_word_and_name(word: str) -> bool:
    """高兴, 文明: a word, and what a child may be called."""
    return word in NOT_NAMES and len(word) == len("高兴") and word[0] in SURNAMES


def is_nickname(word: str) -> bool:
    """小明, 明明, 张老师, 王同学: a person, but not a name to award a medal to."""
    return _NICKNAME.fullmatch(word) is not None


def split_names(word: str) -> list[str]:
    """王小明和李小红 or 王小明李小红 -> both names; [] when any part is none."""
    if is_name(word):
        return [word]
    parts = [part for part in _SEPARATOR.split(word) if part]
    if len(parts) > 1:
        return parts if all(map(is_name, parts)) else []
    return _run_together(word)


def _run_together(word: str) -> list[str]:
    """王小明李小红 -> 王小明, 李小红: three characters each, as most names are."""
    if len(word) < 6 or len(word) % 3 or len(word) > 60:
        return []
    parts = [word[at : at + 3] for at in range(0, len(word), 3)]
    # 单独完成任务 has the length of two names.
    return parts if all(is_name(part) and part[:2] not in NOT_NAMES for part in parts) else []


# 王芳申请, 王芳热爱集体: the third character begins the next word.
_NEXT = """
申请 申报 参评 推荐 获得 荣获 争创 争取 担任 热爱 关心 积极 主动 认真 团结 乐于 帮助 表现 成绩 因为 经常 学习 热心 尊敬
爱护 坚持 努力 多次 参加 拾金 品学 助人 孝敬 遵守 讲究 勤奋 诚实 勇于 善于 想要 也想 报名 可以 可能 能够 应该
"""
_NEXT_WORDS = frozenset(_NEXT.split())


def name_at_start(word: str) -> str | None:
    """The name at the start of a longer run: 王小明学雷锋 -> 王小明; three characters are tried before two.

    A family name of two characters is one more.
    """
    more = 1 if DOUBLE.match(word) else 0
    for length in (3 + more, 2 + more):
        into_next = word[length - 1 : length + 1] in _NEXT_WORDS and word[length] not in "和与及跟"
        # 温良捡得最多: the verb is no name.
        into_next = into_next or (word[length : length + 1] == "得" and word[length + 1 : length + 2] not in "了到过奖")
        if len(word) > length and is_name(word[:length]) and not (into_next or word[:length].endswith(("同", "学"))):
            return word[:length]
    return None


def alike(name: str, roster: list[str]) -> tuple[str, ...]:
    """Whom an unknown name may mean: those of the roster that differ from it in one character, at most three."""
    near = (other for other in dict.fromkeys(roster) if len(other) == len(name) and _differ(name, other) == 1)
    return tuple(near)[:3]


def _differ(name: str, other: str) -> int:
    return sum(a != b for a, b in zip(name, other, strict=True))
