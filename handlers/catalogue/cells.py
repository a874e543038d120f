"""A value of the catalogue as the words of a cell, and back; what is no value stays as it was written."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from storage.people.people import Role

# What a column is called beside the word of XLSForm or of the TOML files.
HEADS: Mapping[type[BaseModel], Mapping[str, str]] = {
    Row: {
        "key": "代号", "ids": "系统", "name": "名称", "words": "叫法", "shape": "方式", "section": "板块",
        "period": "时期", "many": "可多次", "offered": "按钮",
        "at": "哪些单位", "who": "谁报", "rules": "规则", "soft_rules": "提醒规则",
        "indicators": "指标", "line": "汇总句", "example": "例子", "due": "截止", "timely": "宽限天数",
        "closes": "补报天数", "review": "谁收", "evidence": "佐证", "base": "总分", "bonus": "加分",
        "passing": "达标分", "subject": "评谁", "kinds": "类别", "caps": "名额",
        "collective": "集体类别", "cap_each": "每类名额", "floor": "下限", "quotas": "比例", "chain": "流程",
        "awards": "谁授予", "only": "只评", "notice": "公示天数", "notices": "单类公示天数",
        "term": "任期月数", "slots": "岗位", "remind": "提前天数", "source": "出处", "off": "停用",
    },
    Figure: {
        "name": "字段名", "label": "标签", "type": "类型", "hint": "提示", "words": "前面的词", "units": "量词",
        "unlike": "不算谁",
        "choices": "选项", "required": "必填", "default": "默认", "min": "最小", "max": "最大", "agg": "汇总",
        "needs": "前提", "split": "分开算", "off": "停用",
    },
}  # fmt: skip
_PERIODS = {
    "day": "随时", "week": "每周", "month": "每月", "quarter": "每季度", "term": "每学期", "school_year": "每学年",
    "year": "每年", "two_years": "每两年", "once": "一次", "round": "一届",
}  # fmt: skip
# Key → value → how a cell says it.
TERMS: Mapping[str, Mapping[str, str]] = {
    "shape": {"checkin": "签到", "report": "上报", "case": "逐级办理", "roster": "名册"},
    "period": _PERIODS,
    "evidence": {"any": "要", "file": "文件", "photo": "照片"},
    "subject": {"child": "孩子", "adult": "老师", "unit": "集体", "matter": "事项"},
    "type": {
        "integer": "整数", "decimal": "小数", "money": "金额", "score": "评分", "yesno": "是否", "choice": "选项",
        "text": "文字", "date": "日期", "file": "文件",
    },
    "agg": {"sum": "累加", "last": "最新", "by": "分项", "none": "不汇总"},
    "who": {role.value: role.label for role in Role},
}  # fmt: skip
_DAY = re.compile(r"(?:每[月季](?:度首月)?)?(\d{1,2})[日号]")
_DAY_OF_YEAR = re.compile(r"(?:每年)?(\d{1,2})月(\d{1,2})[日号]")
# A day that Excel has made a date of.
_DATE = re.compile(r"\d{4}-(\d\d)-(\d\d)(?:T.*)?")
_LAST = re.compile(r"(?:每?个?[周月季年](?:度)?|期)[末底]")
# One a line, since they hold signs of their own.
_RULES = ("rules", "soft_rules")
_YES, _NO = ("是", "有", "yes", "true", "1", "√", "y"), ("否", "无", "no", "false", "0", "×", "n")
# What is said as it is written; everywhere else a full-width sign is the same as a plain one.
_AS_WRITTEN = frozenset({"line", "example", "hint", "source"})


def tidy(key: str, cell: str) -> str:
    """A cell of this column as it is read."""
    return cell.strip() if key in _AS_WRITTEN else plain(cell)


def plain(cell: str) -> str:
    """Without the differences that nobody means: full width, spaces around, what cannot be seen."""
    kept = "".join(each for each in unicodedata.normalize("NFKC", cell) if each.isprintable() or each == "\n")
    return kept.strip()


def columns(model: type[BaseModel]) -> list[str]:
    """The keys that have a column, in the order of the model; fields and choices have a sheet of their own."""
    return [key for key in model.model_fields if key not in ("fields", "choices", "said")]


def head(model: type[BaseModel], key: str) -> str:
    """What stands above a column: 截止 due."""
    return f"{HEADS[model].get(key, '')} {key}".strip()


def key_of(model: type[BaseModel], said: str) -> str:
    """The key of a column by its head or one of the head's words; empty for none."""
    found = set(plain(said).casefold().split())
    return next((key for key in columns(model) if found & {key, HEADS[model].get(key, key)}), "")


def cell(key: str, value: Any, model: type[BaseModel] = Row) -> str:
    """The words for a value as JSON has it; empty for what is the default everywhere."""
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, list):
        if any(isinstance(each, dict) for each in value):
            return "\n".join(_line(get_args(model.model_fields[key].annotation)[0], each) for each in value)
        return ("\n" if key in _RULES else "、").join(_one(key, each) for each in value)
    if isinstance(value, dict):
        return "、".join(f"{name} {number}" for name, number in value.items())
    return "" if value is None else _one(key, value)


def _line(model: type[BaseModel], table: Mapping[str, Any]) -> str:
    """submitted 同意 大队 ok_1 optional=是: what is needed in its order, the rest by its name."""
    told = []
    for key, info in model.model_fields.items():
        if info.is_required():
            told.append(cell(key, table[key], model))
        elif said := cell(key, table[key] if table[key] != info.default else None, model) or "":
            told.append(f"{key}={said}")
    return " ".join(told)


def _one(key: str, value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    said = str(value)
    return _due(said) if key == "due" else TERMS.get(key, {}).get(said, said)


def _due(value: str) -> str:
    month, dash, day = value.partition("-")
    if dash:
        return f"{int(month)}月{int(day)}日"
    return {"last": "期末", "term_end": "学期末"}.get(value) or (f"每月{int(value)}日" if value else "")


def value(model: type[BaseModel], key: str, said: str) -> Any:
    """What the words of a cell stand for; the words themselves where they stand for nothing. Never empty words."""
    wanted = model.model_fields[key].annotation
    if wanted is bool:
        return True if said.lower() in _YES else False if said.lower() in _NO else said
    if get_origin(wanted) is tuple:
        return list(_items(key, get_args(wanted)[0], said))
    if get_origin(wanted) is Mapping:
        return {name.strip(): number for name, _, number in (each.rpartition(" ") for each in _parts(said))}
    return _due_of(said) if key == "due" else _value_of(key, said)


def _items(key: str, kind: Any, said: str) -> Iterator[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (_table(kind, line.split()) for line in said.splitlines() if line.strip())
    else:
        yield from (_value_of(key, each) for each in (said.splitlines() if key in _RULES else _parts(said)))


def _table(model: type[BaseModel], words: Sequence[str]) -> dict[str, Any]:
    """The values of a line; a word too many keeps its own name, so that the model says so."""
    needed = [key for key, info in model.model_fields.items() if info.is_required()]
    plain = [word for word in words if "=" not in word]
    named = [*zip(needed, plain, strict=False), *((word, word) for word in plain[len(needed) :])]
    named += [(key, said) for key, _, said in (word.partition("=") for word in words if "=" in word)]
    return {key: value(model, key, said) if key in model.model_fields else said for key, said in named}


def _parts(said: str) -> list[str]:
    return [each for part in re.split(r"[、,;\n]", said) if (each := part.strip())]


def _value_of(key: str, said: str) -> str:
    terms = TERMS.get(key, {})
    return next((name for name, term in terms.items() if said in (name, term)), said)


def _due_of(said: str) -> str:
    if match := _DAY_OF_YEAR.fullmatch(said) or _DATE.fullmatch(said):
        return f"{int(match[1]):02}-{int(match[2]):02}"
    if match := _DAY.fullmatch(said):
        return f"{int(match[1]):02}"
    return "term_end" if said in ("学期末", "每学期末") else "last" if _LAST.fullmatch(said) else said


def differences(before: Row | None, row: Row) -> list[str]:
    """What is another now, a line each."""
    told, kept = row.model_dump(mode="json"), before.model_dump(mode="json") if before else {}
    if before is None:
        period = cell("period", row.period)
        what = f"（{'、'.join(each.label for each in row.fields)}）" if row.fields else ""
        return [f"新增 {row.name}：{'、'.join(row.at)}，{period}{cell('shape', row.shape)}{what}"]
    said = [f"{row.name} {each}" for each in _changed(Row, kept, told)]
    for each in told["fields"]:
        old = next((one for one in kept["fields"] if one["name"] == each["name"]), None)
        if old is None:
            said.append(f"{row.name} 新增字段「{each['label']}」")
        else:
            said += [f"{row.name}「{each['label']}」{change}" for change in _changed(Figure, old, each)]
    return said


def _changed(model: type[BaseModel], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in model.model_fields:
        if key == "off" and old[key] != new[key]:
            yield "停用" if new[key] else "启用"
        elif key != "fields" and old[key] != new[key]:
            was, now = (cell(key, each[key]) or "无" for each in (old, new))
            yield f"{HEADS[model].get(key, key)}：{was} → {now}"
