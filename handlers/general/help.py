"""帮助: made from what the features declare, showing only what the asker may do."""

from itertools import groupby

from handlers.asker import examples
from handlers.kit import Ask, Button, NotMeant, Reply
from handlers.registry import ANYONE, ANYTHING, Command, command
from handlers.wording import numbers, programmes

# As many as stand on one card; the other topics are asked for in words.
_BUTTONS = 6
# So that all topics fit a small screen in a line each, and each of them another: the most used, those with a line.
_NAMED, _WITH_A_LINE = 3, 8


@command(
    "帮助", "help", "start", who=ANYONE, group="人员", rank=9, help="看看我能做什么", in_groups=True,
    examples=("帮助", "帮助 签到"), glued=ANYTHING,
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The asker's commands by topic; a topic, or one command with its examples."""
    if ask.person is None or not ask.person.grants:
        # Whoever it is who asks: how to come in is said as often as it is to strangers, whatever they say.
        raise NotMeant
    mine = [each for each in ask.features if each.allows(ask.person) and each.handler is not show and not each.letter]
    listed = [each for each in mine if each.listed]
    topics = {group: list(some) for group, some in groupby(listed, lambda each: each.group)}
    one = next((each for each in mine if ask.args and ask.args in each.words), None)
    rows = [row for row in programmes.rows_for(ask) if ask.args in (row.name, *row.words)]
    if rows and not one and ask.args not in topics:
        return Reply(f"{examples.of_rows(rows)}\n看大家报的，发「看 {rows[0].name}」。")
    if not (one or ask.args in topics) and f"帮助{ask.args}" in ask.message.text and ask.args:
        # 帮助同学 is a deed, not a wish to know.
        raise NotMeant
    if ask.args in topics:
        return _topic(ask, topics[ask.args])
    return Reply(_examples(ask, one)) if one else _all(topics)


def _examples(ask: Ask, shown: Command) -> str:
    return f"{shown.words[0]}：{shown.help}\n{examples.listed(ask, shown.examples)}"


def _topic(ask: Ask, found: list[Command]) -> Reply:
    """The most used command with its examples, the others in a line each."""
    first, *others = found
    if not others:
        return Reply(_examples(ask, first))
    lines = "\n".join(f"{each.words[0]} - {each.help}" for each in others[:_WITH_A_LINE])
    more = "".join(f"、{each.words[0]}" for each in others[_WITH_A_LINE:])
    more = f"\n以及：{more[1:]}" if more else ""
    return Reply(f"{_examples(ask, first)}\n还有：\n{lines}{more}\n看例子，发「帮助 {others[0].words[0]}」。")


def _named(found: list[Command]) -> str:
    return numbers.listed([each.words[0] for each in found], _NAMED)


def _all(topics: dict[str, list[Command]]) -> Reply:
    lines = "\n".join(f"{group}：{_named(some)}" for group, some in topics.items())
    words = f"您可以这样用我：\n{lines}\n想看怎么发，点下面的按钮，或发「帮助 {[*topics][-1]}」。"
    return Reply(words, tuple(Button(f"{group}怎么发", "帮助", group) for group in topics)[:_BUTTONS])
