"""Commands said in other words: 看一下上周的周报, 谁没签到, 我的待办 → the command and its arguments."""

import re

from handlers.reading import Reading

_PERIODS = {
    "this_week": "本周", "last_week": "上周", "this_month": "本月", "last_month": "上月", "this_term": "本学期",
    "last_term": "上学期", "this_year": "今年", "last_year": "去年", "today": "今天", "yesterday": "昨天",
}  # fmt: skip
_WORDS = {"reminders": "remind"}
_WHO = "(?:谁|哪些|哪几[位个]|几[位个]|多少)(?:老师|人|辅导员)?"
_ALL = "(?:(?:全体|全部|所有|全校|全区|每[位个]|各位?)的?(?:老师|辅导员|人|学校|中队|校)?们?|大家)"
_NOT_IN = "(?:还|都)*(?:没有?|未)(?:加入|进来|注册|绑定|登录|扫码)"
_SCHOOL = r"(?P<at>\S{1,10}?(?:小学|中学|学校|幼儿园|中心校|街道|学区))?"
_LOOK = "(?:帮?我?想?(?:看看?|查看?|列出|看?一下))?"
_HOW_MANY = "(?:我的?|还|现在|目前|今天|一共|都|有)*(?:什么|哪些|啥|几件|多少)?"
_DO = "(?:办理?|处理)"
_ASKED = "(?:请|帮我|麻烦)?"
_WHEN = r"(?P<when>[这本上]周|[这本上]个?月|\d{1,2}月份?|今年|去年|[本上]个?学期)"
_UNSAID = "(?:还|都)*没(?:有)?(?:签到|[报交])的?(?:学校|中队|老师|班级?|辅导员)?"
_TOLD = r"(?P<said>[\s:：,，].+)"
# A command, with its arguments, → whole messages that mean it; what stands at `at`, `to` or `said` goes with it.
_SAID = {
    "谁还没加入": (
        rf"{_LOOK}{_SCHOOL}(?:现在|目前)?(?:还|都)?有?{_WHO}{_NOT_IN}了?(?: ?(?P<to>[^\s?？。]{{2,20}}))?",
        rf"{_LOOK}{_SCHOOL}{_NOT_IN}的(?:老师|人|辅导员|名单)*(?:都?有?(?:谁|哪些|哪几[位个]))?",
    ),
    "待办": (
        rf"{_LOOK}{_HOW_MANY}(?:的?(?:事|工作))?(?:[待代]办|待处理|待办理)的?"
        "(?:事项?|事情|工作|任务|清单|列表|箱)?(?:有?(?:哪些|什么|几件|多少))?",
        rf"{_HOW_MANY}(?:事情?|工作)?[是在]?(?:要|需要?|该|等着?)我[来去]?(?:{_DO}|审批?|批)的?"
        "(?:事[情项]?)?(?:有?(?:哪些|什么|几件))?",
        rf"我?(?:还|现在|今天)?(?:有|要|需要|该)?(?:什么|哪些|啥)(?:事情?)?(?:要|需要|没有?){_DO}的?",
        rf"我(?:现在|今天|还)?(?:要|该|需要){_DO}(?:什么|哪些|啥)(?:事情?)?",
    ),
    "不收公告|恢复": (
        "(?:我|还是|重新|继续|再|想|要|可以)*(?:收到?|接[收受]|恢复|打开|开启)(?:接?收)?公告(?:提醒|通知)?[吧了]?",
        "取消不收公告|公告(?:照常|继续|恢复|重新)(?:接?收|发给?我?)?",
    ),
    "不收公告": (
        "(?:我|以后|再也|都)*(?:不[想要用再]|别让我|停止?|拒|屏蔽|关[闭掉])(?:接?收到?|再收|看)?公告(?:提醒)?了?",
    ),
    "公告": (
        rf"{_ASKED}(?:通知|告[诉知]|转告|群发)一?下?[给到]?{_ALL}{_TOLD}",
        rf"{_ASKED}[向给对跟]{_ALL}(?:发|说|通知)(?:一?[条个份])?(?:通知|公告|消息|一?[声下])?{_TOLD}",
        rf"{_ASKED}(?:群发|{_ALL}(?:通知|公告)|发布?一?[个条份下]?(?:通知|公告)|公告一下|写公告){_TOLD}",
    ),
    "邀请 全部": (
        rf"给?(?:{_ALL}|还?没加入的)(?:还?没加入的)?(?:老师|人)?(?:都|一起|一人|各)?(?:[发开做]|生成)?一?[张个份]?邀请[卡码]?",
        rf"(?:一起|批量|一次|都)邀请{_ALL}(?:还?没加入的)?(?:老师|人)?",
    ),
    "邀请 办公室": (
        "(?:我?要|做|生成|来|给我)?一?[张个]?(?:办公室|邀请|加入|扫码)*的?二维码",
        "扫码(?:加入|邀请)|(?:办公室|批量)扫码",
    ),
    "待确认|全部 同意": ("(?:全部|全都|一起|一次|都|批量)(?:确认|让他们加入)[了吧]?|确认(?:全部|所有|大家)",),
    "待确认": ("(?:有?哪些|还?有?谁)?(?:在?等我|[需要]要?我)确认的?(?:人|老师|名单)?|确认(?:名单|列表)",),
    "周报": (
        rf"{_LOOK}{_WHEN}?(?:全[区县市校]|我们|咱们)?{_SCHOOL}的?(?:一共|总共|共)?(?:[开搞办报]展?|组织)?了?(?:多少|几)场(?:活动)?",
        rf"(?=.*(?:[小中]学|学校|[周月年期])){_LOOK}{_SCHOOL}{_WHEN}?的?(?:活动|签到|上报)?情?况?(?:怎么?样|如何)了?",
        rf"{_WHEN}的?[周月学年][期]?报(?:发给?我|给我|帮我)?(?:看看?|一下)?",
    ),
    "催办": (
        rf"{_ASKED}(?:再?催(?:一下|催|一催)?|提醒一?下?){_UNSAID}",
        rf"{_ASKED}[给把对]{_UNSAID}(?:都|再)?(?:提个醒|发个?提醒|提醒一?下|催一?[催下])",
    ),
    "日历": (
        r"(?:(?P<when>下个?月|\d{1,2}月份?)|[这本]个?月|[这本下]个?周|接下来|最近|近期)(?:里?都?有)?(?:什么|哪些|啥)(?:重要|要紧)?的?(?:日子|节日|纪念日)",
    ),
    "导出 签到": (
        "(?:我要|要|给我|帮我|导出|下载)+(?:一份|一下)?(?:全[区县市校])?的?(?:签到|活动)(?:明细|记录|数据)(?:表|导出来?)?",
    ),
    "看": (
        r"(?P<to>[\u4e00-\u9fff]{2,8}?)(?:今年|一共|总共|共|已经)?(?:有|[开搞办做]了?|完成了?)?(?:多少|几)(?:场次?|人次?)",
    ),
    "提醒": (f"{_LOOK}我的提醒|(?:接下来|最近|近期)有?(?:什么|哪些)?提醒",),
}
_END = "[?？。！!~～吗呢吧啊]*"
_ORDERS = [(re.compile(f"(?:{each}){_END}", re.DOTALL), order) for order, words in _SAID.items() for each in words]
# What a message has in it if it is one of these: most have not, and cost nothing more.
_HINT = re.compile(
    "加入|进来|注册|绑定|登录|扫码|[待代没]办|处理|我.?[办审批]|要办|公告|通知|群发|告[诉知]|转告|邀请|二维码|确认|提醒|[向给对跟催]|多少|几[场次人]|怎么?样|如何|[月年期]报|日子|节日|纪念日|明细|数据|导出"
)
_HEADS = re.compile(r"\d\s*人")
_LONGEST = 400


def said(text: str) -> tuple[str, str] | None:
    """(a command's word, arguments) of a whole message in other words than the command's own; else None."""
    if len(text) > _LONGEST or not _HINT.search(text) or _HEADS.search(text):
        return None
    for words, order in _ORDERS:
        if found := words.fullmatch(text):
            word, _, args = order.partition("|")
            more = (each.strip(" \n\t:：,，") for each in found.groupdict().values() if each)
            return word, " ".join([args, *more]).strip()
    return None


def order_in(reading: Reading) -> tuple[str, str] | None:
    """(a command's word, arguments) for what was read as an order or as the question who is missing; else None."""
    if reading.intent == "query" and reading.query and reading.query.get("what") == "missing":
        return "missing", ""
    if not reading.command:
        return None
    name, said = str(reading.command["name"]), reading.command
    period = str(said.get("period", ""))
    issue = f"第{said['issue']}期" if "issue" in said else ""
    parts = (_PERIODS.get(period, period), str(said.get("date", "")), str(said.get("scope", "")), issue)
    return _WORDS.get(name, name), " ".join(filter(None, parts))
