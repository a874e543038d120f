"""What the error codes of 企业微信 ask of us: one table, and a sentence for the operator where somebody must act."""

import re
from enum import Enum

from bot.channels.setup import CallFailed


class Remedy(Enum):
    """What is to be done about an error."""

    # Busy, or nobody answered: the same again, a little later.
    AGAIN = "again"
    # Too many calls: nothing at all for a minute, or for an hour.
    WAIT = "wait"
    # The access token is no longer valid: a new one, once.
    TOKEN = "token"  # nosec B105 # a word of ours
    # The installation is to be put right; until then nothing gets through.
    SETUP = "setup"
    # This one thing is not allowed until the installation is changed; other things get through.
    RIGHT = "right"
    # None of those addressed is there.
    PERSON = "person"
    # The card is refused; a text gets through.
    CARD = "card"
    # A card of this task has been sent before.
    TASK = "task"
    # The file is refused, or no longer known.
    FILE = "file"
    # What was asked is refused for good.
    REFUSED = "refused"
    # Nobody has told us what it means: tried on, until others get through and this does not.
    UNKNOWN = "unknown"


# The same may well get through later, and until then nothing does.
PASSING = (Remedy.AGAIN, Remedy.WAIT, Remedy.TOKEN, Remedy.SETUP)
# Reference: developer.work.weixin.qq.com/document/path/90313. A code that is not here is UNKNOWN.
_REMEDIES: dict[Remedy, tuple[int, ...]] = {
    Remedy.AGAIN: (-1, 6000, 45033),
    Remedy.WAIT: (45009,),
    Remedy.TOKEN: (40014, 41001, 42001),
    Remedy.SETUP: (40001, 40013, 40056, 40091, 48001, 48002, 48004, 48006, 50003, 60020, 301002),
    Remedy.RIGHT: (50002, 60011, 80001, 85005),
    Remedy.PERSON: (81013, 40003, 60111, 46004, 82001),
    Remedy.CARD: (43012, 42015, *range(42017, 42021), *range(42027, 42050)),
    Remedy.TASK: (42014, 42016),
    Remedy.FILE: (40004, 40006, 40007, 40009, 40123, 44001, 45001, 301016, 301017, 830002),
    Remedy.REFUSED: (40008, 40058, 44004, 45002, 45008, 82002, 82003, 82004, *range(40016, 40028)),
}
# The secret is wrong, or, of a call that carries a token, the token has been void since before its time.
WRONG_SECRET = 40001
_BY_CODE = {code: remedy for remedy, codes in _REMEDIES.items() for code in codes}
_APP = "企业微信管理后台「应用管理」里的本应用"
_ADVICE = {
    40001: f"WECOM_SECRET 不对：请打开{_APP}，重新查看并复制 Secret。",
    40013: "WECOM_CORP_ID 不对：请复制企业微信管理后台「我的企业」最下面的企业 ID。",
    40056: f"WECOM_AGENT_ID 不对：请打开{_APP}，复制 AgentId。",
    40091: f"WECOM_SECRET 是另一个企业的：请打开{_APP}，重新查看并复制 Secret。",
    43012: f"卡片发不出去：请打开{_APP}，在「接收消息」里设置 API 接收（回调地址）。文字照常发送。",
    48002: f"应用没有这个接口的权限：请打开{_APP}，检查权限和可见范围。",
    48006: f"应用太久没有使用，接口权限被收回了：请打开{_APP}，重新启用。",
    50003: f"应用被停用了：请打开{_APP}，启用它。",
    60011: f"有人收不到：请打开{_APP}，在「可见范围」里加上所有辅导员。",
    301002: "WECOM_AGENT_ID 和 WECOM_SECRET 不是同一个应用的：请从同一个应用里复制这两项。",
}
_FROM_IP = re.compile(r"from ip: ?([0-9A-Fa-f.:]{3,45}?)(?:[,;\s]|$)")


class Fault(CallFailed):
    """Why a call brought nothing. `code` is 0 where 企业微信 gave none; `lost`: it may have been carried out."""

    def __init__(self, text: str, code: int = 0, remedy: Remedy = Remedy.AGAIN, *, lost: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.remedy = remedy
        self.lost = lost

    @property
    def advice(self) -> str:
        """What the operator must do, in one sentence; empty when there is nothing to be done."""
        if self.code == 60020:
            found = _FROM_IP.search(str(self))
            address = found[1] if found else "这台服务器的公网 IP"
            return f"企业微信不认这台服务器的 IP：请打开{_APP}，在「企业可信IP」里加上 {address}，约一分钟后生效。"
        return _ADVICE.get(self.code, "")


def fault(code: int, said: str) -> Fault:
    """The fault of an answer with this errcode and errmsg."""
    return Fault(f"{code}: {said[:200]}", code, _BY_CODE.get(code, Remedy.UNKNOWN))
