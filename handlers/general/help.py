"""帮助: made from what the features declare, showing only what the asker may do."""

from handlers.kit import Ask, Button, Reply
from handlers.registry import ANYONE, Command, command

# The child of the examples.
_CHILD = "王小明"


@command("帮助", "help", "start", who=ANYONE, help="看看我能做什么", examples=("帮助", "帮助 签到"), in_groups=True)
def show(ask: Ask) -> Reply:
    """All commands of the asker, or one with its examples."""
    if ask.person is None or not ask.person.grants:
        return Reply("您好,我是少先队辅导员助手。请向学校大队辅导员要一个邀请码,再发给我:加入 邀请码")
    mine = [each for each in ask.features if each.allows(ask.person)]
    one = next((each for each in mine if ask.args and ask.args in each.words), None)
    return _one(one, ask.message.channel in ask.nameless) if one else _all(mine)


def _one(shown: Command, nameless: bool) -> Reply:
    # Where no child is named, one is told by the place on the counselor's own list.
    said = (example.replace(_CHILD, "7号") if nameless else example for example in shown.examples)
    examples = "\n".join(f"· {example}" for example in said)
    return Reply(f"{shown.words[0]}:{shown.help}\n可以这样发:\n{examples}")


def _all(mine: list[Command]) -> Reply:
    lines = "\n".join(f"{each.words[0]} - {each.help}" for each in mine)
    first = next((each.words[0] for each in mine if each.who is not ANYONE), mine[0].words[0])
    words = f"您可以这样用我:\n{lines}\n\n想看例子,发「帮助 {first}」。"
    return Reply(words, (Button(f"{first}怎么发", f"帮助 {first}"),))
