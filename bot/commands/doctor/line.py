"""One line of doctor: level, what it is about, a sentence."""

OK, WARN, FAIL = "ok", "warn", "fail"
Line = tuple[str, str, str]
# What a person reads; --format json keeps the words for programs.
LEVELS = {OK: "正常", WARN: "注意", FAIL: "不对"}
NAMES = {
    "admins": "管理员", "audit": "审计", "backup": "备份", "callback": "回调", "catalogue": "目录", "clock": "时钟",
    "data": "硬盘", "database": "数据库", "delivery": "投递", "environment": "环境变量", "failed": "处理",
    "files": "照片", "groups": "群推送", "integrity": "数据库内容", "name_key": "密钥", "outbox": "发送",
    "pending": "等着的消息", "people": "老师", "platform": "平台", "port": "端口", "proxy": "代理",
    "revision": "数据库版本", "robot": "智能机器人", "rows": "行数", "settings": "设置", "sqlite": "数据库程序",
    "telegram": "Telegram", "time": "时间", "units": "单位", "webhook": "webhook", "wecom": "企业微信",
    "whole": "备份内容", "workdays": "放假调休", "zone": "时区",
}  # fmt: skip


def written(line: Line) -> str:
    """The line as it is printed."""
    level, name, sentence = line
    return f"{LEVELS[level]} {NAMES[name]}：{sentence}"
