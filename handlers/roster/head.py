"""The head of a roster's table, as people write it: with a star, a note, a line break, another word."""

import re
import unicodedata
from collections.abc import Sequence

COLUMNS = ("组织", "类型", "姓名", "角色", "企业微信账号", "Telegram ID", "应到人数", "别名")
# What other systems call these columns.
_ALSO = {
    **dict.fromkeys(("单位", "单位全称", "单位名称", "组织全称", "组织机构", "所属组织", "所属单位"), "组织"),
    **dict.fromkeys(("教师姓名", "老师姓名", "辅导员姓名", "辅导员"), "姓名"),
    **dict.fromkeys(("企业微信帐号", "企业微信", "账号", "帐号", "userid"), "企业微信账号"),
    **dict.fromkeys(("人数", "应到", "学生人数"), "应到人数"),
    "单位类型": "类型",
    "职务": "角色",
    "telegram": "Telegram ID",
    "其他名称": "别名",
    "别称": "别名",
}
_NOTE = re.compile(r"\([^()]*\)|\[[^\]]*\]|【[^】]*】|[*★※:。、]|必填|选填")


def plain(cell: str) -> str:
    """Without the differences that nobody means: full width, ㈡, spaces around, what cannot be seen."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    return "".join(filter(str.isprintable, unicodedata.normalize("NFKC", cell))).strip()


def columns_of(row: Sequence[str]) -> list[str]:
    """The columns that a head names: ours where they are known, else as they are written."""
    names = [_column(cell) for cell in row]
    # 单位 is 组织 only where no column is called so.
    return [also if (also := _ALSO.get(_bare(name), name)) not in names else name for name in names]


def is_head(row: Sequence[str]) -> bool:
    """Whether it says where the units stand."""
    return COLUMNS[0] in columns_of(row)


def _column(cell: str) -> str:
    name = plain(cell)
    return next((known for known in COLUMNS if _bare(known) == _bare(name)), name)


def _bare(name: str) -> str:
    return _NOTE.sub("", name.replace(" ", "")).casefold()
