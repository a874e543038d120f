"""Honours by name: which a text names, and whom each is for."""

import re
from typing import Literal

from handlers.reading.text.patterns import pattern

# 优秀少先队员 -> whom it is for
HONOURS: dict[str, Literal["individual", "collective", "adult"]] = {
    "优秀少先队员": "individual",
    "全国优秀少先队员": "individual",
    "全国优秀少先队集体": "collective",
    "优秀少先队队员": "individual",
    "优秀少先队集体": "collective",
    "优秀少先队中队": "collective",
    "优秀少先队大队": "collective",
    "优秀少先队辅导员": "adult",
    "优秀少先队工作者": "adult",
    "优秀辅导员": "adult",
    "优秀中队辅导员": "adult",
    "优秀大队辅导员": "adult",
    "优秀校外辅导员": "adult",
    "优秀志愿者": "adult",
    "最美辅导员": "adult",
    "新时代好少年": "individual",
    "红领巾好少年": "individual",
    "美德少年": "individual",
    "最美少年": "individual",
    "读书之星": "individual",
    "优秀小队": "collective",
    "优秀中队": "collective",
    "优秀大队": "collective",
    "优秀班集体": "collective",
    "先进集体": "collective",
    "先进单位": "collective",
    "先进个人": "adult",
    "好领导": "adult",
    "双优奖": "collective",
    "最佳活动方案": "collective",
}
TEN_BEST = pattern(r"十佳(?:(?!推荐|提名|申报|评选)[\u4e00-\u9fff]){2,12}")
_TEN_COLLECTIVE = ("关工委", "辅导站", "单位", "品牌", "集体", "中队", "大队", "社区")
_TEN_CHILD = ("少先队员", "少年", "队员", "队长", "学生")
HONOUR = pattern("(?:[全省市县区校]级?国?)?(?P<what>" + "|".join(sorted(HONOURS, key=len, reverse=True)) + ")")


def named(match: re.Match[str]) -> tuple[str, Literal["individual", "collective", "adult"]]:
    """(the honour, whom it is for); 全国优秀少先队员 is another one than that of the county.

    十佳校外教育辅导标兵: adults, unless the name says a body or children.
    """
    word = match[0]
    if not word.startswith("十佳"):
        what = word if word in HONOURS else match["what"]
        return what, HONOURS[what]
    if word.endswith(_TEN_COLLECTIVE):
        return word, "collective"
    return word, "individual" if word.endswith(_TEN_CHILD) else "adult"


def tells(scan: str) -> bool:
    """Whether an honour stands in what is left of a text: the reason tells of it."""
    return HONOUR.search(scan) is not None or TEN_BEST.search(scan) is not None
