"""What is neither data nor an order: questions about stored data, other questions, chat, and what cannot be told."""

import re

from handlers.reading.medals.medals import Medal
from handlers.reading.messages.questions import subject_of, tells_trouble
from handlers.reading.model import Claim, Context, Reading, Record
from handlers.reading.nominations.named import persons_in, target_of
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_ASKS = pattern(
    r"怎么|咋|如何|什么|为啥|啥时候|几点|几号|哪里|哪儿|[在去到]哪|哪天|哪个|哪些|哪位|谁|是否|能不能"
    r"|可不可以|要不要|算不算|用不用|该不该|需不需要|有没有|是不是|对不对|行不行|"
    r"多少|多久|[吗么]\s?[?。!]*\s*$|[吗么][,。? ]|呢\s?[?]*\s*$|[?]\s*$|可以[^,。]{0,10}吗"
)
_STORED = r"签到|打卡|上报|登记|报到|报上|提交|交|报|记录|统计"
_STATUS = pattern(
    rf"(?:{_STORED})(?:成功|上|上去|到)?了?(?:吗|没有?|么|不(?![了上出]))|有没有(?:{_STORED})"
    rf"|(?:成功|记上|录上|收到)了?(?:吗|没|么)"
    rf"|是否(?:已经?)?(?:{_STORED})|(?:{_STORED})了没|"
    rf"(?:{_STORED})了?(?:几|多少)[次场个条]|"
    r"(?:签到|打卡|上报|参学|活动)(?:情况|记录|状态)(?:怎|如何|查|$|[?吗])"
)
_MISSING = pattern(
    r"(?:哪些|哪几个|哪个|谁|几个|多少|还有(?!\s?[\d一二两三四五六七八九十]{1,3}\s?[人名个位]))(?P<between>[^,。\n]{0,10})(?:没|未|漏)(?:有)?(?:签到|打卡|报|交|提交|参学|学|完成)"
    r"|(?:没|未)(?:签到|报|交|打卡)的?(?:班级?|中队|人|老师)?(?:都|还)?(?:有|是)?(?:哪|谁)"
)
# What stands around the day, the week or the part of the tree of which that is asked.
_ASIDE = (
    r"请问|帮我|帮忙|麻烦|查看|看看?|查一?下?|一?下(?!午)|老师|您?好|我们|咱们?|目前|现在|还|都|有|是|了|过|吗|呢|啊|呀|的|这次|本次|活动|名单"
    r"|[哪那]?[些几]个?(?:班级?|中队|学校|老师)?|个?(?:班级?|中队)|谁|[\s,，。?？!！:：]"
)
_BESIDE = pattern(rf"^(?:{_ASIDE})+|(?:{_ASIDE})+$")
_LOOK = pattern(
    r"(?:查询?|看)(?:一下|一查|看)?[^。\n]{0,24}?(?:签到|打卡|参学|出席|人数|记录|情况|活动)|(?:签到|打卡)(?:情况|记录|率)|参学(?:情况|记录)"
)
# May I report tomorrow? is no question about what was reported.
# 怎么看谁没报 asks how; 怎么三(2)还没报 is a look.
_HOW_TO_SEE = pattern(r"(?:怎[么样]|如何|咋)(?:才?能|可以|去)?(?:看|查|知道|了解)")
_LEAVE = pattern(r"可以|可不可以|能不能|能否|还能|能[代补]?报|要不要|怎么|如何")
# 今天没有开展活动, 队会因雨取消: nothing took place.
# 队课 本月没有; 有队课没有 asks.
_NOTHING_DONE = pattern(
    r"(?:没有?|未)(?:开展|举行|组织|进行|活动)|取消|延期|改期|推迟|停课|(?:改|挪|延)[到在至]"
    r"|^[^有\d]{0,12}(?:会|课|队日|旗|扫|活动|仪式)[^有\d,。;]{0,6}(?:没有?|无)[。!！~]*$"
)
_PROGRESS = pattern(
    r"(?<![检调、])查询?|进度|审[核批](?:怎么?样|如何|进展)|(?<![通超经])过了[吗没]|到(?:哪|谁)|批了?[吗没]|批下来|通过了?[吗没]|审[核批]?(?:通过|[了到过]{0,2})[吗没]|(?:提名|推荐|申报|报)了(?:几|多少)[个人位名件]|(?:都有|有)?(?:谁|哪些人)(?:报|提名|推荐|申报)了|名单(?:通过|批|审)了?[吗没]|名额还|剩余名额"
    r"|(?:几个|多少)[^,。\n]{0,8}名额|名额(?:有|是)?(?:几|多少)|(?:公示|颁发?|授予)了?[吗没]|(?:报|提名|推荐|申报)了(?:谁|哪[些几个位])"
    r"|(?:[报交送](?:上去?|过去)?了|[报交送]上去?)[吗没]|评上了?[吗没]|(?:评上|[获拿得]到?|批准?|通过|定下?)[^,。;\n?]{0,10}了(?:吗|没有?|么)(?=\W|$)|(?:有|出)(?:了)?结果(?:了)?[吗没]|结果(?:出来?|下来|有)了?[吗没]|(?:什么|啥|怎么个)(?:状态|情况|进展)"
    r"|(?:提名|审核|评选|申报|推荐)的?(?:结果|情况|状态|名单)(?!如下|(?:[为是]|\([^()\n]{1,12}\))?\s?[:\n])"
)
# 三(2)中队报了谁: of check-ins nobody asks so.
_CHILD = r"哪[些几]?[个位名]?(?:孩子|队员|同学|学生|小朋友)"
WHO_STANDS = pattern(
    rf"(?:[报推]|提名|推荐|申报)[了的]?(?:都|有|是)*(?:谁|哪些人|{_CHILD})|(?:谁|{_CHILD})被(?:提名|推荐|申报|报)|{_CHILD}(?:提名|申报|报)了"
)
# 王小明离一星章还差什么, 谁还没拿到向阳章; of 还差几个名额 the quota is asked.
_WHAT = r"(?:差|缺)了?(?:什么|啥|哪[些几]?[个枚]?|几[个枚]?|多少)(?![^,。;\n]{0,4}名额)"
LACKS = pattern(
    rf"{_WHAT}[^,。;\n]{{0,10}}[章星]|[章星][^,。;\n名]{{0,6}}{_WHAT}"
    r"|(?:谁|哪[些几]?[个位]?)[^,。;\n]{0,6}(?:没有?|未)(?:拿|得|获|集|过|通过|考)[^,。;\n]{0,6}章"
    # 离二星章还差, 三(2)还差什么
    r"|离[^,。;\n]{0,6}[章星]还?[差缺]\W*$|^(?:[我咱本][们班校]{0,2}|[\d一二三四五六七八九十]{1,2}\s?[(.年-][^\s,。;]{1,8}|\d{3}班?|[^\s,。;]{2,8}(?:小学|中队|班))"
    r"\s?还[差缺](?:什么|啥|哪些)\W*$"
)
# 王小明的理由补充一下: of the nomination that stands.
OTHER_REASON = pattern(
    r"(?:理由|事迹)(?:[我还再要想得需]|一下|内容)*(?:补|改|修改|更正|[加换]一?[条点个下])|(?:补充|修改|更正|改)(?:一?[下条点]|了)?[^,。:\n]{0,10}(?:理由|事迹)(?!材料)"
)
_ORDER = pattern(
    r"请各|各中队|各班|通知|请大家|请于|请在|请提前|记得|别忘|务必|准备好?|将于|要求(?!自己)|截止|前完成|抓紧|尽快"
    r"|提醒|收到|明白|知道了|没问题|辛苦"
)
# What others tell each other in a group: nothing to store, nothing to ask about.
_NOTICE = pattern(
    r"请各|各中队|各班|通知|请大家|请于|请在|记得|别忘|务必|做好准备|准备好|要求|截止|前完成|抓紧|尽快"
    r"|开会|集合|请(?!假)[^,。\n]{0,16}到"
)
_TO_ALL = pattern(r"请各|各中队|各班|通知|务必|截止")
_NODS = (
    "你好 您好 大家好 老师好 老师们好 各位好 早上好 上午好 中午好 下午好 晚上好 早安 晚安 早 嗨 哈喽 谢谢 "
    "多谢 感谢 谢了 收到 已收到 好的 好滴 好嘞 好哒 好 行 可以 嗯 恩 哦 噢 喔 知道 明白 了解 没问题 没关系 "
    "周末愉快 周末快乐 节日快乐 节日愉快 假期愉快 假期快乐 新年快乐 春节快乐 元旦快乐 教师节快乐 儿童节快乐 生日快乐 "
    "万事如意 工作顺利 一切顺利 身体健康 平安 保重 "
    "没事 不客气 不用谢 辛苦 麻烦 真棒 太棒 很棒 棒 赞 点赞 给力 厉害 优秀 加油 恭喜 祝贺 再见 拜拜 哈 嘻 呵 "
    "是的 对的 对 是 okay ok hello hi thanks thank you"
)
_TO_WHOM = (
    "机器人 小助手 助手 祝 祝您 祝愿 "
    "全部 全体 各位 老师 辅导员 领导 大家 你们 你 您 我 我们 已 都 了 啊 呀 啦 呢 吧 嘛 的 哟 哇 们 "
    "太 真 很 非常"
)
_POLITE = "|".join(sorted([*_NODS.split(), *_TO_WHOM.split()], key=len, reverse=True))
_NOD = pattern(
    rf"(?:{_POLITE}|[\s{GAP},.。!~…、;:^_()])++",
    re.I,
)
# 1人转学了, 班里新来了个插班生: of the class and its roll, and nothing that was held.
_MOVED = pattern(
    r"^(?:老师|请问|我们?|咱们?|[班级]里?|中队|上|新|又|这学期|刚|有|来|走|了|[个名位]|[\d一二两三四五]|人|同学|学生|孩子|队员|[,\s])*"
    r"(?:转(?:学|走|来|出|入|到)|休学|退学|插班)[^,。\n\d]{0,8}$"
)
# 收到，下午补: it is on its way.
_PROMISE = pattern(
    r"(?:老师|收到|好[的嘞]?|知道了?|明白了?|行|嗯+|不好意思|抱歉|我|忘了|[,。!\s])*(?:马上|这就|现在就?|等[下会]|[等待]会儿?|一会儿?|回头|稍[后等]|[下中]午|晚上|放学后?|下课后?|明天|有空)(?:再|就|来|去|给您?)*"
    r"(?:补|上?报|交|弄|填|发)(?:上|一下|过来|给您?)*[哈啊哦的]*\W*"
)
_SHORT = 24
_EXCUSES = pattern(r"请假|没来|不来|来不了|缺席|病假|事假|不舒服|生病")
_GREETING, _THANKS = pattern(r"祝贺|恭喜|祝|感谢"), pattern(r"(?:多谢|谢谢)\D*$")


def tells_of_roll(text: str) -> bool:
    """1人转学了: of the class and its roll, which nobody reports."""
    return len(text) <= _SHORT and _MOVED.search(text) is not None


def asks(text: str) -> bool:
    """Whether `text` asks something."""
    return _ASKS.search(text) is not None


def announces(text: str) -> bool:
    """Whether `text` tells others what to do, congratulates, or says that nothing took place: nothing to store."""
    return any((_ORDER.search(text), _GREETING.match(text), _NOTHING_DONE.search(text)))


def excuses(text: str) -> bool:
    """三(2)小红今天请假, 王小明没来: somebody's leave, and no number."""
    return _EXCUSES.search(text) is not None and not any(char.isdecimal() for char in text.partition("假")[2])


def congratulates(text: str) -> bool:
    """祝贺王小明获得一星章: it has been awarded."""
    return _GREETING.match(text) is not None


def read_query(text: str, scan: str, hits: list[Hit], context: Context) -> Reading | None:
    """请问三(2)中队签到了吗 -> status of the unit; 六一还有哪些中队没签到 -> what is missing, `of` 六一."""
    if _HOW_TO_SEE.search(text):
        return question(text)
    unit = next((hit.unit for hit in hits if hit.unit and hit.kind != "part"), None)
    if missing := _MISSING.search(text):
        rest = f"{text[: missing.start()]} {missing['between'] or ''} {text[missing.end() :]}"
        return Reading(
            "query", "ok", query={"unit": unit, "what": "missing", "of": "" if unit else _BESIDE.sub("", rest)}
        )
    if _LEAVE.search(text):
        return None
    if _STATUS.search(text) or (_LOOK.search(text) and not any(char.isdecimal() for char in scan)):
        # 听说三(1)队课41人,三(2)报了没: what stands last is asked about.
        unit = next((hit.unit for hit in reversed(hits) if hit.unit and hit.kind != "part"), context.bound_unit)
        return Reading("query", "ok", query={"unit": unit, "what": "status"})
    return None


def read_progress(text: str, scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """查一下四(1)中队一星章提名进度."""
    if not (_PROGRESS.search(text) or WHO_STANDS.search(text)) or (not hits and _TO_ALL.search(text)):
        return None
    unit, medal = target_of(hits, medals, context)
    query: dict[str, object] = {"unit": unit, "medal": medal}
    if WHO_STANDS.search(text):
        return Reading("nomination_query", "ok", query={**query, "who": True})
    persons = persons_in(_PROGRESS.sub(GAP, scan))
    if persons:
        query["name"] = persons[0]
    return Reading("nomination_query", "ok", query=query)


def read_other_reason(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """王小明的理由补充一下: of which nomination the reason is to be another one; None where nobody is named."""
    other = OTHER_REASON.search(scan)
    persons = persons_in(OTHER_REASON.sub(GAP, scan[: other.end()])) if other else []
    if not persons:
        return None
    unit, medal = target_of(hits, medals, context)
    return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "name": persons[0], "reason": True})


def said(claim: Claim, text: str, offered: tuple[Record, ...] = ()) -> Reading:
    """What states no fact: a question with its page of the help, or talk; `offered`: what it would "
    "record if it did."""
    if claim == "question":
        return question(text)
    return Reading("chat", "ignore", claim=claim, offered=offered)


def question(text: str) -> Reading:
    """A question, and which page of the help may answer it: silence in groups."""
    return Reading("question", "ignore", claim="question", help=subject_of(text))


def chat_or_unknown(text: str, scan: str) -> Reading:
    """好的 and 谢谢老师 are chat, and notices to others; 38 alone or any other text is not understood."""
    if tells_trouble(text) or ("参学率" in text and not any(map(str.isdecimal, text))):
        return question(text)
    # 。。。。 says nothing, and is not nodded at.
    if (_NOD.fullmatch(scan) and any(map(str.isalnum, text))) or _GREETING.match(text) or _THANKS.match(text):
        return Reading("chat", "ignore")
    if _PROMISE.fullmatch(text):
        return Reading("chat", "ignore")
    if excuses(text) or _NOTHING_DONE.search(text):
        return Reading("chat", "ignore", claim="negation")
    if _NOTICE.search(text):
        return Reading("chat", "ignore", claim="notice")
    return Reading("unknown", "clarify", ("UNRECOGNISED",))
