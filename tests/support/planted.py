"""Generated names, remarks and numbers that must be found nowhere, the same every time."""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handlers.privacy.names import GIVEN, TYPICAL, persons
from tests.support.process import ROOT

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏邹熊孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵"
)
RARE = (
    "亓仉逄綦佴乜爨尧仝麻晁昝练漆鄢敖冀苑禤蹇郏訾濮钮晋璩呼阙厉戎衡匡蔚隆巩聂蔺屠池乔阴闻莘翟贡堵冉宰郦雍桑牛扈燕尚晏瞿充慕茹"
    "宦艾鱼慎戈廖庾暨寇殳沃厍融冷訾辛阚饶曾毋沙须丰巢蒯荆竺逯盖益桓"
)
_OTHERS = """
阿依古丽 买买提江 迪丽努尔 古丽娜尔 扎西多吉 卓玛央金 次仁旺堆 其其格 巴特尔 苏日娜 娜仁托娅 乌兰其其格
阿木古郎 吉克阿衣 沙马拉且 阿卜杜拉 艾力江 热依罕 吐尔逊 努尔古丽 帕提古丽 玉素甫 格桑卓玛 索朗旺姆 白玛央宗
朝鲁蒙 斯琴高娃 阿茹娜 乌日娜 阿古达木 安娜 艾米莉 杰克 汤姆 凯瑟琳 娜塔莎 爱丽丝 佩德罗 穆罕默德 阮文雄 金秀妍
乌云其木格 尕藏 土登 呷绒 召存信 朴智妍 Catherine Thomas Emily
"""
OTHERS = tuple(_OTHERS.split())
MATTERS = tomllib.loads((ROOT / "handlers/privacy/words/matters.toml").read_text(encoding="utf-8"))
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_RUNS = re.compile(r"[\u4e00-\u9fff·]{2,}|\d[\d ]{9,}[\dX]|Catherine|Thomas|Emily")
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Planted:
    """A text to say, and the words of it that nobody may find: `name`, else what is told of somebody."""

    text: str
    words: tuple[str, ...]
    name: bool = True


def names(count: int, seed: int = 12) -> Iterator[str]:
    """Full names with common and rare surnames, nicknames, names of all peoples; none of them is a word."""
    chance, seen = random.Random(seed), set(OTHERS)
    yield from OTHERS
    given, typical = sorted(GIVEN), sorted(TYPICAL)
    while len(seen) < count:
        kind = chance.random()
        surname = chance.choice(COMMON if kind < 0.6 else RARE)
        name = surname + "".join(chance.choices(given, k=chance.choice((1, 2, 2, 2))))
        if kind > 0.88:
            one = chance.choice(typical)
            name = chance.choice((f"小{one}", one * 2, f"阿{one}"))
        if name not in seen:
            seen.add(name)
            yield name


def is_word(name: str) -> bool:
    """高明, 余天: nobody can tell it from a word, if nothing stands beside it."""
    return not persons(name)


def remarks(count: int, seed: int = 13) -> Iterator[Planted]:
    """王小明患白血病, 李红跟奶奶过, 因脑瘫请假, 7号脑瘫, 有个孩子，父母离异: the name or the one, and what is told."""
    chance, who = random.Random(seed), names(4 * count, seed)
    health, family = MATTERS["health"].split(), MATTERS["family"].split()
    shapes = (
        "{name}患{health}",
        "{name}{health}了",
        "因{health}请假",
        "{name}{family}",
        "{name}的家里:{family}",
        "{name}没来，{health}",
        "7号{health}",
        "班上那个{family}的",
        "有个孩子，{family}",
        "请假1人，说是{health}",
    )
    for _ in range(count):
        told = {"health": chance.choice(health), "family": chance.choice(family)}
        shape, name = chance.choice(shapes), next(who)
        words = tuple(word for key, word in told.items() if f"{{{key}}}" in shape)
        yield Planted(shape.format(name=name, **told), words, name=False)


def numbers(count: int, seed: int = 14) -> Iterator[Planted]:
    """Telephone and identity numbers, also as they are spoken."""
    chance = random.Random(seed)
    for place in range(count):
        phone = f"1{chance.choice('3456789')}{chance.randrange(10**9):09}"
        identity = f"{chance.randrange(110000, 650000)}201{chance.randrange(10**8):08}{chance.choice('0123456789X')}"
        spoken = "".join(DIGITS[int(digit)] for digit in phone)
        told = (phone, identity, spoken, f"{phone[:3]} {phone[3:7]} {phone[7:]}")[place % 4]
        yield Planted(f"电话{told}", (told,))


def left_in(folder: Path) -> str:
    """What words and numbers can be read in the files of a folder: tables, log, free pages, whatever is escaped."""
    raw = b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    escaped = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw.decode("ascii", "ignore"))
    return readable(raw.decode("utf-8", "ignore") + escaped)


def readable(text: str) -> str:
    """Each run of Chinese characters, and each long number, once."""
    return "\n".join(set(_RUNS.findall(text)))
