"""Activity words -> the canonical kinds of activity; form words beat theme words."""

from dataclasses import dataclass

from handlers.reading.text.normalise import HELD
from handlers.reading.text.patterns import any_of, pattern

# Rank: 4 programmes, 3 forms (how it is held), 2 kinds of practice, 1 themes that imply a kind when no form is said.
# Words before the bar are plain names and are not part of a topic; words after it say more and stay in the topic.
_TABLE = """
4 红领巾爱学习 红领巾爱学习 爱学习 |
4 微心愿 微心愿 |
3 主题队日 主题队日活动 主题大队日 主题中队日 主题队日 大队日 中队日 队日活动 队日 | 少先队活动日
3 主题队会 主题中队会 中队主题队会 中队主题会 主题大队会 主题班队会 主题班会 主题队会 班队会 中队会 大队会 班会 队会 |
3 主题队会 班队活动 |
3 队课 主题队课 网上主题队课 微队课 精品队课 示范队课 少先队活动课 队课 | 入队前教育 入队教育 队前教育 队前微课
3 队课 少先队课 网上队课 线上主题队课 线上队课 队活动课 |
1 主题队日 | 重温入队誓词 重温誓词
3 入队仪式 主题入队仪式 入队仪式 入队典礼 入队活动 入队 | 分批入队 新队员入队
3 离队仪式 离队入团仪式 离队仪式暨入团仪式 离队暨入团仪式 离队仪式 离队活动 离队 |
3 升旗仪式 升国旗仪式 升旗仪式 升国旗 升旗 | 国旗下讲话
3 宣讲 主题宣讲 宣讲活动 红领巾宣讲 宣讲会 宣讲 | 巡讲 宣讲员 宣讲比赛 宣讲大赛
3 鼓号训练 鼓号训练 鼓号队训练 鼓号队排练 鼓号排练 鼓号操 | 鼓号队 鼓号 鼓乐 军鼓
3 辅导员培训 辅导员培训 中队辅导员培训 大队辅导员培训 校外辅导员培训 | 辅导员学习 岗前培训 辅导员研修
2 志愿服务 志愿服务活动 志愿服务 志愿活动 志愿者活动 | 社区服务 义务劳动
2 读书活动 主题读书活动 读书活动 | 读书会 读书分享 读书节 读书交流 共读
2 实践教育 实践教育 实践活动 社会实践 | 红领巾寻访 寻访 参观 讲解员 讲解 研学旅行 研学 走访 探访 考察 职业体验 营地
2 劳动实践 劳动实践 劳动教育 |
2 安全教育 安全教育 | 安全演练 疏散演练 消防演练 防震演练 应急演练 反恐演练 逃生演练
2 争章活动 争章活动 争章 | 定章 考章 颁章 护章 雏鹰争章
2 祭扫 祭扫活动 | 祭扫 扫墓 公祭
2 文体活动 文体活动 | 运动会 文艺汇演 文艺演出 联欢会 艺术节 体育节 文化节
1 祭扫 | 烈士陵园 烈士墓 烈士纪念碑 祭英烈 祭奠 祭先烈 祭烈士 缅怀先烈 缅怀英烈 缅怀革命先烈 缅怀烈士 缅怀 瞻仰 献花
1 志愿服务 | 学雷锋 敬老院 养老院 福利院 敬老 义卖 公益 环保 捐书 捐款 捐赠 慰问 关爱 清洁家园
1 志愿服务 | 老人 孤寡 重阳
1 实践教育 | 科技馆 博物馆 纪念馆 展览馆
1 志愿服务 | 社区清洁 清洁社区 清扫社区 文明城市 垃圾分类 捡垃圾 文明劝导 交通劝导 献爱心
1 劳动实践 | 植树 大扫除 种植 采摘 种菜 打扫 劳动 今天我当家 包饺子 包粽子
1 劳动实践 | 清扫 清洁 种树 栽树 种花 除草 拔草 整理书包 整理内务
1 安全教育 | 演练 消防 防溺水 防震 防灾 交通安全 禁毒 防火 防诈骗 防欺凌 法治 食品安全 网络安全 安全
1 读书活动 | 读书 阅读 诵读 朗诵 读书征文 书香
1 文体活动 | 合唱 足球 篮球 跳绳 拔河 歌咏 书画 绘画 体育 跑操 接力 球赛 汇演 联欢 游园 演出 广播操 课间操 演讲
1 辅导员培训 | 培训
1 其他 其他活动 其它活动 |
"""
_GUARDED = {
    "队日": "(?<!建)队日",
    "劳动": "劳动(?![节者模])",
    "安全": "安全(?!员)",
    "入队": "入队(?!前|申请|誓词)",
    "队会": "队会(?!议)",
    "关爱": "关爱(?!导师)",
}


@dataclass(frozen=True, slots=True)
class Activity:
    """The kind of activity of a piece of text, and how strong its word was (0: none said)."""

    name: str | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class _Word:
    name: str
    rank: int
    plain: bool


def _read_table() -> dict[str, _Word]:
    words: dict[str, _Word] = {}
    for line in _TABLE.strip().split("\n"):
        plain, _, telling = line.partition("|")
        rank, name, *names = plain.split()
        words.update((word, _Word(name, int(rank), True)) for word in names)
        words.update((word, _Word(name, int(rank), False)) for word in telling.split())
    return words


# An activity that is on no list: what is held ends like this, what is done begins like that.
_HELD = pattern(
    r"(?:课|会|赛|节|营|仪式|典礼|教育|活动|行动|市场|展|演|影|选举|竞选|换届|讲座|培训|体验|游|操|跑|宣誓|打卡|评比|测评|挑战|游戏|拓展|徒步|踏青"
    r"|参观|(?:手抄|黑板|小|海|板|简)报|制作|创作|评选|直播|宣传|启动|开幕|》)[”\"」]?$"
)
_DONE = pattern(
    r"(?:(?:给|为|向|和|与|到|去|在|跟)[\u4e00-\u9fff]{1,8}?)?(?:一起)?(?:(?:[看送包画写做编剪折煮摘采捏唱]|放(?=风筝|飞|灯)|听(?=讲|故事|报告))了?|制作|观看|拜访|探望|种下?)"
    r"(?=[\u4e00-\u9fff《“])(?!学习|[好为成到在到得])"
)
OTHER = "其他"
# What comes out in numbered issues.
SERIES = "红领巾爱学习"


def is_held(words: str) -> bool:
    """Whether the words say what was held or done: 跳蚤市场, 给妈妈送贺卡; not 争做好队员."""
    return len(words) > 1 and (_HELD.search(words) is not None or _DONE.match(words) is not None)


_WORDS = _read_table()
_ANY = pattern(any_of(_WORDS, _GUARDED))
_LONGEST_WORD = 10
_HAN_ONLY = pattern(r"[\u4e00-\u9fff·]{0,12}")
_NOTHING = Activity()


def find_activity(scan: str) -> tuple[Activity, str]:
    """The activity of `scan` and the text with its plain name taken out (same length).

    The strongest rank wins; within it the first word, or the last of words written together: 宣讲主题队日 is 主题队日.
    """
    best: _Word | None = None
    end = -1
    for match in _ANY.finditer(scan):
        word = _WORDS[match[0]]
        together = end >= 0 and _HAN_ONLY.fullmatch(scan, end, match.start())
        if best is None or word.rank > best.rank or (word.rank == best.rank and together and not _helps(best, word)):
            best, end = word, match.end()
    if best is None:
        return _NOTHING, scan
    name = best.name
    return Activity(name, best.rank), _ANY.sub(lambda match: _without(match[0], name), scan)


def _helps(before: _Word, word: _Word) -> bool:
    """学雷锋打扫教室: work is how they help."""
    return word.rank == 1 and (before.name, word.name) == ("志愿服务", "劳动实践")


def _without(found: str, name: str) -> str:
    word = _WORDS[found]
    return HELD * len(found) if word.plain and word.name == name else found


def names_activity(text: str) -> bool:
    """Whether `text` holds any word of an activity."""
    return _ANY.search(text) is not None


def activity_before(text: str, place: int) -> bool:
    """Whether the word of an activity ends at this place."""
    start = max(0, place - _LONGEST_WORD)
    return any(match.end() == place for match in _ANY.finditer(text, start, place))


def activity_at(text: str, place: int) -> bool:
    """Whether the word of an activity stands at this place."""
    return _ANY.match(text, place) is not None
