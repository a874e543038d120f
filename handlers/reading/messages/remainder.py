"""What a message says besides days, numbers and the words that stand around them: nothing in 是昨天, 实到39人."""

import re
from datetime import date

from handlers.reading.quantities.words import KIND
from handlers.reading.text.dates import find_dates
from handlers.reading.text.lexicon import FILLERS
from handlers.reading.text.normalise import clean
from handlers.reading.text.numbers import CHINESE
from handlers.reading.text.patterns import any_of

# How what was said before is put right: 记错了, 其实是昨天那次, 上面那条少报了2个.
_PUT_RIGHT = (
    "记错", "报错", "写错", "发错", "打错", "填错", "弄错", "搞错", "说错", "写成", "报成", "记成", "打成", "错",
    "记", "报", "写", "其实", "实际", "应该", "才", "对", "改", "成", "换成", "那天", "那次", "那条", "这条",
    "那场", "这场", "上一条", "上条", "上面", "还是", "上次", "日子", "日期", "星期", "礼拜", "多报", "少报", "多写",
    "少写", "多算", "少算", "漏报", "漏算", "忘记", "忘", "漏", "补", "填", "说",
    "多", "少", "小朋友", "娃", "补充", "包括", "包含", "算上", "加上",
    "办", "搞", "做", "开", "上", "举行", "而", "只", "就", "又", "再", "也", "个", "些", "不", "没", "算", "加",
    "这", "那", "减", "到", "去", "请", "帮", "给", "我", "们", "你", "您", "老师", "麻烦", "一下", "呢", "么", "话",
    "数", "其他", "其余", "别的", "啦", "咯", "嘞", "哎", "唉", "哎呀", "抱歉", "对不起", "不好意思", "sorry",
    "转学", "转走", "转来", "插班",
)  # fmt: skip
_KNOWN = re.compile(any_of({*FILLERS, *KIND, *_PUT_RIGHT}, {}))
_SIGNS = re.compile(rf"[\W\d_{CHINESE}]+")


def besides(text: str, received: date) -> str:
    """The words that nothing of this explains; empty for a day or a number alone, however it is put."""
    left = find_dates(clean(text).text, received)[1]
    return _SIGNS.sub("", _KNOWN.sub("", left))
