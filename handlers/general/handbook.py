"""「怎么 …」: what the handbooks say to a question about how something is done."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from handlers.kit import Ask, Button, Reply

FILE = Path(__file__).with_name("handbook.toml")
_ASKS = re.compile(
    r"怎|如何|咋|哪里|哪儿|在哪|能不能|可不可以|[能可].*[吗?]|几|为什么|为啥|多久|什么时候|还是|算不算|要不要|用不用|该不该|区别|(?:什么|哪些)(?:节|日子)|不会|丢|手机.*[坏碎水没见偷卖机]"
)
_HOW = re.compile(r"怎[么样]|如何|咋|[能可][^,，。]{0,6}吗|能不能|可不可以")
# What stands behind a command's word: 提名|怎么写, 提名|错了怎么改, 周报|什么时候发.
_HOW_OF = re.compile(r"怎[么样]|什么时候|几[点号]|多久|如何|.?咋|\S{0,8}(?<!不)(?:怎么(?!样)|如何|咋)\S[？?]?$|发给谁")
_WHETHER = re.compile(
    r"(?:(?:还|要不?|可以|能|需要?|用){1,4}(?:撤[回销]?|改|取消|更正|删除?|退)?)?[了过]?(?:吗|么|行不行)[？?]?"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a section of a handbook (its heading is `about`) comes to; `words` are what a question about it says."""

    about: str
    words: tuple[str, ...]
    text: str

    def fits(self, text: str) -> int:
        """How many characters of a question are its words."""
        return sum(len(word) for word in self.words if word.casefold() in text.casefold())


@cache
def answers() -> tuple[Answer, ...]:
    """Everything that is answered, as the file has it."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["answer"]
    return tuple(Answer(row["about"], tuple(row["words"]), row["text"]) for row in rows)


def answer(text: str, asked: bool = False) -> Answer | None:
    """The answer to a question whose words fit best; None for what is no question about how something is done.

    With `asked` it is known to be one: 我换手机了, 下周有什么活动.
    """
    *special, general = answers()
    found = max(special, key=lambda each: each.fits(text))
    found = found if found.fits(text) else general
    return found if (asked or _ASKS.search(text)) and found.fits(text) else None


def asks_how(words: str) -> bool:
    """怎么撤回, 周报怎么导出: it asks how, and does not mean it done."""
    return _HOW.search(words) is not None and not any(map(str.isdecimal, words))


def asks_of(args: str) -> bool:
    """The same of what follows a command's word: 提名怎么撤, 提名错了怎么改, 交接吗."""
    return _HOW_OF.match(args) is not None or _WHETHER.fullmatch(args) is not None


def reply(ask: Ask, text: str, asked: bool = False) -> Reply | None:
    """The same as a message, with the help on the commands that it names and the asker has."""
    found = answer(text, asked)
    if found is None:
        return None
    named = (each for each in ask.features if each.allows(ask.person) and f"「{each.words[0]}」" in found.text)
    buttons = tuple(Button(f"{each.words[0]}怎么发", "帮助", each.words[0]) for each in named)[:2]
    return Reply(found.text, buttons or (Button("帮助", "帮助"),))
