"""The measures of a row by the words that people write: 场次, 听众, 省级, 报送率."""

import re
from collections.abc import Iterator, Mapping

from handlers.catalogue.model import Row
from handlers.wording.lines import Line

MISSING = "未报名单"
_OF_ALL = {
    "count": "次数", "units": "单位数", "targets": "应报单位", "gap": "未报单位", "rate": "报送率", "overdue": "逾期",
    "returned": "退回", "accepted": "收下", "zero": "零报告", "complete": "齐全", "all": "全部达到",
}  # fmt: skip
_KEPT, _OF_SCORES = {"ok": "达标"}, {"low": "低分", "average": "均分"}
# Key of a line's values → the word for it, by the shape of the row; the first is meant where none is named.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "checkin": {
        "count": "场次", "units": "中队数", "attended": "人次", "targets": "应签到中队", "gap": "未签到中队",
        "rate": "签到率", "attendance": "到场率",
    },
    "report": _OF_ALL,
    "case": {
        "count": "件数", "awarded": "授予", "presented": "颁发", "promoted": "晋级", "open": "未办结", "done": "办结",
        "overdue": "超期", "soon": "将到期", "opened": "新立", "closed": "新办结", "units": "单位数",
        "targets": "应有单位", "rate": "占比", "places": "名额", "over": "超额类别", "floor": "下限", "by_kind": "各类",
        "by_state": "各环节", "by_subject": "集体和个人",
    },
    "roster": {
        "holding": "在册", "units": "单位数", "targets": "应有单位", "full": "配齐", "vacant": "空缺",
        "slots": "空缺岗位", "soon": "将到期", "added": "新增",
    },
}  # fmt: skip


def of(line: Line) -> dict[str, str]:
    """Word → value, the one that is meant where none is named first; words of the row's own fields come before ours."""
    found: dict[str, str] = {}
    for word, value in _told(line.row, line.values):
        found.setdefault(word, value)
    if line.row.due or line.row.slots:
        found[MISSING] = "、".join(f"{each.school}{each.name}" for each in line.missing) or "无"
    return found


def _told(row: Row, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if row.shape in ("case", "roster", "checkin"):
        # What a list or a case comes to is how many there are.
        yield from _named(values, dict(list(_WORDS[row.shape].items())[:1]))
    for each in row.fields:
        if each.is_number and each.agg in ("sum", "last") or each.type in ("yesno", "choice"):
            yield each.label, values.get(each.name, "–")
        if each.type == "yesno":
            yield f"{each.label}率", values.get(f"{each.name}%", "–")
        for choice in each.choices:
            yield choice, _part(values.get(each.name, ""), choice)
    for kind in row.kinds:
        yield kind, _part(values.get("by_kind", ""), kind)
    labels = {**{each.name: each.label for each in row.fields}, **_WORDS[row.shape]}
    for name, (figure, _, choice) in row.split.items():
        labels[name] = f"{choice}{labels[figure]}"
        yield labels[name], values.get(name, "–")
    for share in row.indicators:
        yield f"{labels[share.numerator]}比{labels[share.denominator]}", values.get(share.name, "–")
    more = (_KEPT if row.base or row.checks else {}) | (_OF_SCORES if row.base else {})
    yield from _named(values, {**_WORDS[row.shape], **(more if row.shape == "report" else {})})


def _named(values: Mapping[str, str], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((word, values.get(key, "–")) for key, word in words.items())


def _part(told: str, choice: str) -> str:
    """How many of one choice: 9 of `报国 12 感恩 9`."""
    found = re.search(rf"(?:^| ){re.escape(choice)} (\d+)", told)
    return found[1] if found else "0"
