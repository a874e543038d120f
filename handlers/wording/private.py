"""What is said about, and left of, words that must not be kept."""

import unicodedata
from collections.abc import Sequence

from handlers.reading import Reading

# Characters of a reason that is kept.
REASON_LIMIT = 100
_WARNINGS = {
    "PII_PHONE": "电话号码",
    "PII_ID": "证件号码",
    "PII_NAME": "孩子的姓名",
    "PII_HEALTH": "健康情况",
    "PII_FAMILY": "家庭情况",
}


def privacy_warning(issues: Sequence[str]) -> str:
    """What is said when the message held what must not be kept; empty when it did not."""
    found = "、".join(words for issue, words in _WARNINGS.items() if issue in issues)
    return f"消息里的{found}没有保存。为了保护孩子,请在聊天里删除那条消息。" if found else ""


def has_private(heard: Reading) -> bool:
    """Whether the reader warned of a phone number, an illness, a family matter and the like."""
    return bool(heard.private) or any(issue.startswith("PII_") for issue in heard.issues)


def without_private(reason: str, heard: Reading) -> str:
    """The reason without what the reader calls private: PIPL 28, collect no more than the purpose needs.

    What it warned of but cannot point at costs the whole reason.
    """
    if not has_private(heard):
        return reason
    if not heard.private:
        return ""
    # The reader's words are in this form: １３８ would not be found otherwise.
    reason = unicodedata.normalize("NFKC", reason)
    for words in sorted(heard.private, key=len, reverse=True):
        reason = reason.replace(words, "")
    return reason.strip(" ,、。;:")


def without_name(reason: str, name: str) -> str:
    """The reason without the nominee's name, which has its own table and its own time to be deleted."""
    return reason.replace(name, "该队员") if name else reason
