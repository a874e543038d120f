"""Whether an answer is a yes or a no."""

_YES = {"是", "是的", "对", "对的", "好", "好的", "嗯", "确认", "可以", "记下", "是,记下", "是，记下", "yes", "ok"}
_NO = {"否", "不", "不是", "不对", "取消", "算了", "不用", "不报了", "不记", "no"}


def says_yes(words: str) -> bool:
    """是, 好的 …: the whole answer is a yes."""
    return _bare(words) in _YES


def says_no(words: str) -> bool:
    """否, 取消, 算了 …: the whole answer is a no."""
    return _bare(words) in _NO


def _bare(words: str) -> str:
    return words.rstrip("。.!！ ").lower()
