"""The words beside the numbers of a message: what they count, whose they are, how exact. Tables only."""

from handlers.reading.model import Hedge
from handlers.reading.text.lexicon import PROTECTED
from handlers.reading.text.normalise import SECRET
from handlers.reading.text.numbers import CHINESE
from handlers.reading.text.patterns import any_of

# So few are mostly of something else than heads, where nothing says so.
FEW = 9
# Who is left out: so many of them, or their names, which are hidden.
_SOME = rf"\s?(?:[\d一两二三四五六]{{1,2}}\s?[个名人位]|{SECRET})"
# Where somebody is who is not with the others: 1人在医务室, 2人回老家了.
_ELSEWHERE = "医务室 校医室 卫生室 医院 家 家里 老家 办公室 宿舍 寝室 外地"
_AWAY = [verb + place for verb in ("在", "去", "去了", "回", "回了") for place in _ELSEWHERE.split()]
_TAKES_PART = "到 到场 到会 到课 到位 出席 出勤 参加 参与 参会 参训 参学 来 去 学 看 听 观看 收看 完成"


def _each(before: str) -> str:
    return " ".join(word + verb for word in before.split() for verb in _TAKES_PART.split())


# What a label says of the number beside it -> its words.
_LABELS = {
    "due": "应 应有 应该 本来 原计划 原定 该到 该来 原有 在册 编制 学籍数 " + _each("应 应该 应当"),
    # The whole class: due where it is also said who came or is missing, else those who came.
    "whole": "班里 班上 班级共有 班级共 班上共有 班上共 班里共有 班里共 中队共有 中队共 "
    "全班共有 全班共 全班有 全班 全中队 全体 总人数 班级人数 班额 总数 一共有",
    "attended": "实 实际来了 实际到了 实际 实有 出席 到场 到会 到课 参会 参训 出勤 已到 到了 来了 去了 到位 人数 "
    "参加人数 参与人数 " + _each("实 实际"),
    # Those who took part: as many as came, unless it is also said how many came.
    "took": "参加 参与 参学 学完 已学 完成学习 收看 观看 听讲 聆听 完成",
    "absent": "假 请病假 请事假 请了假 请假 缺席 缺勤 缺课 旷课 病假 事假 公假 病 事 没学完 没看完 没做完 未学完 "
    "除了 除外 除了请假的 除请假的 除了没来的 "
    "未学习 没做 未做 没交 未交 没进来 没上线 未上线 没登录 没连上 没连线 掉线 不去 缺了 缺 少了 少来 少 差 除 "
    + _each("未 没 没有")
    + " "
    + " ".join(_AWAY),
    "late": "迟到 早退 晚到 后到 来晚了 来晚 晚来了 晚来",
    "家长": "家委会 家长代表 家长志愿者 学生家长 家长 爸爸妈妈 爸妈",
    "辅导员": "校外辅导员 中队辅导员 大队辅导员 辅导员",
    "老师": "班主任老师 指导老师 带队老师 科任老师 老师 教师",
    "五老": "五老志愿者 五老",
    "志愿者": "志愿者",
    # Who is no child of the class and no grown-up of the school: only talked about.
    "foreign": "孤寡老人 老人 老党员 老战士 老红军 老兵 消防员 官兵 战士 民警 交警 警察 医生 护士 居民 村民 工人 "
    "嘉宾 评委 专家 教练 教官 讲师 律师 法官 检察官 司机 保安 社工 裁判 叔叔 "
    "阿姨 爷爷 奶奶 大哥哥大姐姐 哥哥姐姐 大哥哥 大姐姐 哥哥 姐姐 弟弟 妹妹 大学生 领导 校长 书记 干部 "
    "环卫工人 福利院 敬老院 对方 友方 客方 友校 兄弟学校 兄弟中队",
    # Some of those who were there.
    "part": "发言 分享 讲解 讲故事 获奖 获章 获 登台 登场 上场 参演 竞选 受表扬 受到表扬 受表彰 "
    "受到表彰 被表扬 表演 主持 领诵 领誓 朗诵 上台 台上 台下 展示 参赛 入选 当选 "
    "升旗手 护旗手 旗手 讲解员 小讲解员 演员 小演员 主持人 主讲人 听众 回答问题 回答 答题 讲述 演讲 选手 观众 列席 "
    "啦啦队 冠军 一等奖 二等奖 三等奖 最佳 表扬了 表扬 表彰 评出 评为 选出 选派 推选 派出 代表 国旗下讲话 主讲 授予",
    "boys": "男生 男队员 男孩 男",
    "girls": "女生 女队员 女孩 女",
    "heads": "师生 学员 少先队员 新队员 队员 学生 同学 孩子",
    "full": "满员 满勤 都来了 全来了 来齐了 人齐了 人齐 人都齐了 全部来了 "
    "已全部到齐 全部到齐 已到齐 都到齐 全到齐 全勤 全员参加 全员参与 全员到齐 全员 到齐 全部到场 全部学完 "
    "全部完成 全学完 全看完 全完成 都学完 都看完 全部参学 "
    "全体参加 全体参与 全体到齐 全部参加 全部到 全到 "
    "无缺席 无缺勤 无一缺席 无人缺席 无请假 无人请假 没有缺席 没有请假 没人请假 "
    "没人缺席 零缺席 没有缺的 没缺的 没有人缺 没人缺 没有缺 没缺 没有落下 一个不少 一个没落 "
    "一个都不少 一个也不少 一个都没少 一个没少 一个也没少 一个没缺 一个都没缺 一个也没缺 一个都没落 一个也没落 "
    "一个不落 一个都不缺 一个不缺 都到了 都到 都来 全都到了",
    "total": "一共 总共 共计 合计 总计 共有 共",
    "each": "各自 各 每场 每节 每次 每堂 每班 每个班 每中队 每个中队",
    # Of several as many each; of one it says nothing.
    "alike": "都是 都有 都为 也是 也都是 均是 均为 均有 都 均",
    "hedge": "大概 大约 约 差不多 估计 将近 接近 近 好像 可能 不到 不少于 不超过 不低于 超过 至少 最多 上下 左右 "
    "以上 以内 不足 好几 出头 挂零 开外 冒头",
    "portion": "一半 一大半 大半 半数 过半 一部分 大部分 大多数 多数 六成 七成 八成 九成",
    "oops": "更正 不对 说错了 写错了 打错了 哦不 啊不 不是",
}
HEDGES: dict[str, Hedge] = {
    **dict.fromkeys(("余", "多", "以上", "不少于", "不低于", "至少"), "ge"),
    "超过": "gt",
    **dict.fromkeys(("近", "将近", "接近", "不足", "不到"), "lt"),
    **dict.fromkeys(("以内", "不超过", "最多"), "le"),
}
OTHERS = frozenset({"家长", "辅导员", "老师", "五老", "志愿者"})
# Numbers of these are no heads of the class.
OWNERS = OTHERS | {"foreign"}
KIND = {word: kind for kind, words in _LABELS.items() for word in words.split()}
_GUARDED = {
    "约": "(?<!节)约",
    "近": "(?<![最附走靠])近",
    "各": r"各(?=\s?[\d一二三四五六七八九十])",
    "男": r"男(?=\s?\d)",
    "女": r"女(?=\s?\d)",
    # 应42实41假1, as the columns of a sheet; 好队员 40人: a word of the topic.
    "应": r"(?<![响相反])应(?=\s?:?\s?\d)",
    "实": r"(?<![事现真落])实(?=\s?:?\s?\d)",
    # 38(1病), 病1事1
    "病": r"(?<=[\d人名个])病(?=[\s),。;、\d]|$)|(?<=[\s(,、;])病(?=\s?[1-9一两二三四五])",
    "事": r"(?<=[\d人名个])事(?=[\s),。;、]|$)|(?<=[\s(,、;\d])事(?=\s?[1-9一两二三四五][人个名位\s,。)]|\s?[1-9])",
    "假": r"(?<![请病事公])假(?=\s?:?\s?\d)|(?<=\d)假(?![日期])",
    # 43名队员在家长陪同下, 40人在家委会: not at home.
    **{word: rf"(?<=[\d人名个位学员生子]){word}(?![长委乡属庭校])" for word in _AWAY},
    # 应该44实际43; 应该43人 alone is what somebody thinks.
    "应该": r"应该(?=\s?:?\s?\d{1,3}\s?[人名个]{0,2}[\s,]*(?:实|来了|[到来]\s?\d))|(?<=\d[\s,])应该(?=\s?:?\s?\d)",
    "本来": rf"本来(?=\s?[\d{CHINESE}])",
    "原计划": rf"原计划(?=\s?[\d{CHINESE}])",
    "原定": rf"原定(?=\s?[\d{CHINESE}])",
    "都到": r"都到(?=[\s,。;!]|$)",
    **{
        word: rf"{word}(?=\s?\d)"
        for word in ("都是", "都有", "都为", "也是", "也都是", "均是", "均为", "均有", "都", "均")
    },
    "都来": r"都来(?=[\s,。;!]|$)",
    "队员": "(?<![好秀先])队员",
    "少先队员": "(?<![好秀])少先队员",
    **{word: rf"{word}(?=\s?\d)" for word in ("全体", "班里", "班上")},
    "每班": r"每班(?=\s?[1-6]\d)",
    **{word: rf"{word}(?=\s?\d{{2}})" for word in ("每场", "每节", "每次", "每堂")},
    "每个班": r"每个班(?=\s?[1-6]\d)",
    "每中队": r"每中队(?=\s?[1-6]\d)",
    "每个中队": r"每个中队(?=\s?[1-6]\d)",
    "差": rf"差(?=\s?(?:[\d一两二三四五]{{1,2}}\s?[个名人位]|[俩仨])(?!都|也)|{SECRET})",
    "少": rf"(?<![不多至最减缺年太])少(?=\s?(?:[\d{CHINESE}]{{1,2}}\s?[个名人位]|[俩仨])(?!都|也))",
    "少了": rf"少了(?=\s?[\d一两二三四五俩仨{SECRET}])",
    "除": rf"(?<![扫清删去拆开])除(?={_SOME})",
    "不去": "(?<=[不愿想能])不去",
    "除了": rf"除了(?={_SOME})",
    "没去": r"没去(?![成过])",
    "完成": r"完成(?=\s?\d)",
    "代表": "(?<!家长)代表",
    "获": r"获(?=\s?\d)",
    "书记": "(?<!小)书记",
    "领导": "(?<!党的)领导",
    "干部": "(?<!队)干部",
    "大学生": "大学生",
}
LABEL = any_of(KIND, _GUARDED)
# 全班看完了, 祭扫全体都去了, 大家都在; not 全班参加40人.
ALL_CAME = (
    r"(?:(?:全(?:班|体|中队|都)?|大家|人)都(?:[来去看学]|参[加与])了|全(?:班|体|中队)(?:[来去看学]了|[看学]完了?|参[加与]了?))"
    r"(?!\s?\d|人数|\s?:)|(?<![\d人名个位长师子生员学友们])都(?:去|参[加与])了|(?:全(?:班都?|体都?|都)|大家都|人都)在(?=[\s,。;!)]|$)"
)
SKIP = any_of(PROTECTED, {})
# 参学率100%: a rate is neither a count nor a topic.
RATE = (
    r"(?:参[学与加训]|出[勤席]|到[场会课]|完成|合格"
    r"|满意|优秀|优良|正确|达标|知晓|覆盖)[率度]\s?[达到为是:]{0,2}\s?\d{1,3}(?:\.\d{1,2})?%"
)
# Numbers that count no heads: +1 where others join a list, 第5期, 每中队2人, 3.5公里, 8人一组, N1, 1+1
JUNK = (
    rf"{RATE}|(?<![^;。,\s])\([1-9]\)(?!班|中队)|(?<!\d)\d{{1,3}}(?:\s?[、和与及跟至到~\-]\s?第?\d{{1,3}}){{1,5}}\s?期|\+1(?<![^\n]\+1)(?=[\s,]?[^\s\d,。!人名个位])|(?:浏览|阅读|播放|点击|转发|访问|点赞)[量次数]{{1,2}}\s?[:是为达到]{{0,2}}\s?\d+|(?:序号|编号|学号|页码|房号|学时|课时|积分|得分)\s?:?\s?\d+|第\s?[\d{CHINESE}]+|每(?!个?(?:班|中队|[场节次堂])\s?[1-6]\d)[\u4e00-\u9fff]{{0,3}}[\d{CHINESE}]+[人名位个]?"
    r"|\d+\.\d+(?!\s?[余多]?[万千])"
    r"|(?<![A-Za-z=*#_&])(?!(?<=[\u4e00-\u9fff])=)[A-Za-z=*#_&]{1,12}-?\d[\d\-+]*(?! ?[\d人名])"
    r"|\d+(?=[A-Za-z=*#_&])|(?<!\d)\d\+\d(?!\d)"
    rf"|[\d{CHINESE}]{{1,3}}人(?:[一为]?组|一队|一排|小组)|一个人?[都也]没[来到]"
)
# 名 and 位 count heads before these: 38名队员, 38名参加; not before 2名消防员
PERSON = (
    "师生|少先|队员|学生|学员|同学|孩子|小朋友|小学生|中学生|儿童|少年|青少年|红领巾|新[少队生同]|老师|老教"
    "|[男女](?:生|队员|孩|同学|娃)|(?:借读|插班|跟班|随班|旁听|转学|外班|代表)|[参出到请缺没病事未因都已全家辅教五志听观聆看学完在走来去齐积踊共均也前按准光加入分自然外其另还今昨]"
)
