"""How a person and a channel are written."""

_CHANNELS = {
    "wecom": "企业微信",
    "wecom_robot": "企业微信机器人",
    "wecom_group": "企业微信群",
    "telegram": "Telegram",
    "practice": "演练页面",
}


def channel_name(name: str) -> str:
    """A channel as people call it: `wecom` → 企业微信."""
    return _CHANNELS.get(name, name)
