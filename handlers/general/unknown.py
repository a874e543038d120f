"""What is said to a text that asks for nothing the bot knows: short help, or silence in groups."""

import re
from collections.abc import Sequence

from handlers.asker import examples
from handlers.general import handbook, orders, sizes
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Reply, Role
from handlers.reading import Record
from handlers.reading.checkins import activities
from handlers.reading.messages.questions import tells_trouble
from handlers.registry import reads
from handlers.wording import medals, names, programmes

_NOMINATION = "提名 三(2)中队 7号 一星章 学雷锋"
_HOW_MUCH = re.compile("多少|几[个场次人所名]|哪[几个些]|最[多少高低]|率|同期")
_FIGURES = (
    "要看数字，这样发：一段时间的，「周报」「月报」「学期报」，可以加学校，如：月报 3月 实验小学；"
    "一项工作的，如：看 队课 本月；谁没报，「未签到」；逐条的，如：查 实验小学 本月。"
)
_NUMBERED = re.compile(r"[A-Z]\d")
# 上周五没有活动, 今天的队会没开成.
_HELD = "(?:活动|队[会课日]|升旗|祭扫)"
_NOT_HELD = re.compile(rf"[没未][^,，。\n]{{0,6}}{_HELD}|{_HELD}[^,，。\n]{{0,6}}(?:[没未]|取消)")
_ABSENT = re.compile("请假|没来|不来|来不了|缺[席勤课]|[病事]假|不舒服|生病")
# 没开, 不去了, 还没办: of nothing that is named.
_SHORT = re.compile(r"(?!.*\d\s*[人名个])[^,，。\n]{1,14}[。!！~]*")
_PARTING = re.compile(
    r"(?:那|好的?|老师|[\s,，])*(?:[今明后]天|下?周[一二三四五六日末]?|下个?(?:周|月|学期)|回头|待会儿?|晚上)再?(?:见|聊|联系)[啦了哦吧]?[。!！~]*"
)
_GO_ON = "有活动直接发给我就行，要看用法发「帮助」。"
# 你好，在吗
_CALLS = re.compile(
    r"(?:[你您]好|老师|请问|辅导员|小?助手|机器人|[\s,，。!！])*(?:还?在(?:线|这)?(?:吗|么|不在?|没)|有人在?(?:吗|么|没))+[\s?？!！。]*"
)
# Thanks and greetings; 收到，下午补 promises something, and nothing of it is kept.
_COURTESY = re.compile(
    r"谢|感激|辛苦|[你您]好|好[!。,~]*$|早上|早安|晚安|下午好|嗨|哈[喽啰]|收到(?!.*[补报发交做办])|再见|拜拜|hi|hello|thank",
    re.IGNORECASE,
)


@reads("unknown", "question", "command")
def unknown(ask: Ask) -> Sequence[Reply]:
    """One sentence and an example of what this person may send."""
    if not ask.message.private:
        return []
    # 撤回吗 and 改成39吗 are of a change, and ask.
    asked = ask.heard.intent == "question" or ask.heard.changes
    figure = asked and _is_figure(ask)
    if _CALLS.fullmatch(ask.args):
        return [Reply(f"在的。{_GO_ON}")]
    if size := sizes.told(ask):
        return [size]
    if told := handbook.reply(ask, ask.args, asked=ask.heard.help is not None or (asked and not figure)):
        return [told]
    if off := programmes.switched_off(ask, ask.args):
        return _unrecorded(ask, f"{off.name}已经停用，现在不用报，没有记录。发「上报」看您能报什么。")
    if not asked and ask.person and (row := programmes.anothers(ask, ask.args)):
        return _unrecorded(ask, examples.not_yours(row))
    what = "这像是在问，没有记录，我也答不上来。" if asked else "没看懂这条消息，没有记录。"
    if not asked and (like := _of_command(ask)):
        return _unrecorded(ask, like, Button("帮助", "帮助"))
    if not asked and ask.person and (like := examples.akin(programmes.rows_for(ask), ask.args)):
        return _unrecorded(ask, f"{what}{like}", Button("帮助", "帮助"))
    if ask.person and (word := _not_theirs(ask)):
        what = f"「{word}」您目前不能用，没有记录。"
    words = f"{what}{_FIGURES if figure else examples.nearest(ask, ask.heard)}"
    return _unrecorded(ask, words, Button("帮助", "帮助"))


def _is_figure(ask: Ask) -> bool:
    return bool(ask.me.roles & ADMINS and _HOW_MUCH.search(ask.args))


def _not_theirs(ask: Ask) -> str:
    """The word of what is asked for in other words and is not the asker's: 没签到的中队, of a counselor."""
    word, _ = orders.said(ask.args) or ("", "")
    named = (each for each in ask.features if word in each.words)
    return "" if any(each.allows(ask.person) for each in named) else word


def _of_command(ask: Ask) -> str:
    """How the command of theirs is written that the text begins with: 登记, 看 火星; empty without one."""
    word = next(iter(ask.args.split()), "")
    mine = (each for each in ask.features if word in each.words and each.allows(ask.person))
    like = next((example for each in mine for example in each.examples if example.startswith(f"{word} ")), "")
    if not like:
        return ""
    told = examples.of_theirs(ask, f"没看懂，什么都没有做。「{word}」像这样发：\n{like}")
    # Of this number there may be nothing.
    return f"{told}，编号写您那一条的。\n{examples.nearest(ask, ask.heard)}" if _NUMBERED.search(like) else told


@reads("chat")
def chat(ask: Ask) -> Sequence[Reply]:
    """A nod to thanks and greetings; a plan, a notice and the like are said not to be recorded."""
    if not ask.message.private:
        return []
    if told := handbook.reply(ask, ask.args, asked=tells_trouble(ask.args)):
        return [told]
    if ask.heard.claim == "fact" or _PARTING.fullmatch(ask.args.strip()):
        word = "收到" if _COURTESY.search(ask.args) else "好的"
        return [Reply(f"{word}。{_GO_ON}")]
    if ask.heard.claim == "kept":
        return [Reply("好的，没有撤回，什么都没有动。")]
    # 明天见 is no plan of an activity.
    if ask.heard.claim == "plan" and activities.names_activity(ask.args):
        return _unrecorded(ask, examples.planned(ask, Record(activity=activities.find_activity(ask.args)[0].name)))
    if ask.person and ask.me.roles & {Role.COUNSELOR, Role.BRIGADE} and medals.found_in(ask, ask.args)[0]:
        return _unrecorded(
            ask, f"这不像是现在要提名，没有提名，也没有记。定下来了、家长也同意了，像这样发：{_NOMINATION}"
        )
    denies = ask.heard.claim == "negation" and ask.person and ask.me.roles & REPORTERS
    if denies and _ABSENT.search(ask.args):
        return _unrecorded(ask, f"只看出有人没来，没有记录，也不用写姓名。{examples.nearest(ask)}")
    if denies and (_NOT_HELD.search(ask.args) or _SHORT.fullmatch(ask.args)):
        squad = f"{examples.unit(ask)} " if Role.BRIGADE in ask.me.roles else ""
        return _unrecorded(ask, f"没有开展的不用报，没有记录。整周都没有，发「{squad}本周没有活动」，这周就不催。")
    return _unrecorded(ask, f"没有看出是哪一次活动的签到，没有记录。办完了，{examples.nearest(ask)}")


def _unrecorded(ask: Ask, words: str, *buttons: Button) -> list[Reply]:
    warning = names.privacy_warning(names.without_names(ask, ask.heard, ask.args).issues)
    said = [Reply(words, buttons)]
    return [*said, Reply(warning)] if warning else said
