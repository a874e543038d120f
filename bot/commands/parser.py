"""The command line's parser: what argparse says of itself in English, in Chinese."""

import argparse
import re
import sys
from typing import Any, NoReturn

# argparse's own sentences → ours; what the first group holds is kept.
_SENTENCES = (
    (r"the following arguments are required: (.+)", "还要写：{}"),
    (r"unrecognized arguments: (.+)", "不认识：{}，用 --help 看怎么写"),
    (r"one of the arguments (.+) is required", "要写其中一个：{}"),
    (r"ambiguous option: (.+?) could match .*", "{} 可以是几个，请写全"),
    (r"argument (.+?): expected .*", "{} 后面要写一个值"),
    (r"argument (.+?): not allowed with argument (.+)", "{} 不能和 {} 一起用"),
    (r"argument 命令: invalid choice: '(.*?)' .*", "没有「{}」这个命令，用 --help 看有哪些"),
    (r"argument what: invalid choice: '?(.*?)'? \(choose from (.{1,120})\)", "没有「{}」，可以写：{}"),
    (r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.{1,120})\)", "{} 不能是「{}」，可以是：{}"),
    (r"argument (.+?): invalid choice: '?(.*?)'? .*", "{} 不能是「{}」"),
    (r"argument (.+?): invalid fromisoformat value: '(.*)'", "{} 读不懂「{}」，应像 2026-04-03 这样"),
    (r"argument (.+?): invalid \w+ value: '(.*)'", "{} 读不懂「{}」"),
    (r"argument (.+?): (.+)", "{}：{}"),
)
# What is to be written in a place that has no words of its own.
_PLACES = {
    "file": "文件", "id": "编号", "role": "角色", "unit": "单位", "year": "年份", "url": "地址", "number": "编号",
    "deed": "哪一种", "person": "姓名", "subject": "关于什么",
}  # fmt: skip


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Examples keep their lines."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Also of the commands below it: argparse makes them of the same class."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, formatter_class=_Formatter, add_help=False, **options)
        self._positionals.title, self._optionals.title = "要写的", "可以写的"
        self.add_argument("-h", "--help", action="help", help="看这段说明")

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """The same; what is to be written is named in Chinese."""
        action = super().add_argument(*names, **options)
        if action.metavar is None and action.choices is None and action.nargs != 0:
            action.metavar = _PLACES.get(action.dest, action.dest)
        return action

    def format_help(self) -> str:
        """Headings end with a colon of Chinese."""
        return re.sub(r"^(\S+):$", r"\1：", super().format_help(), flags=re.MULTILINE)

    def error(self, message: str) -> NoReturn:
        """Ends with status 2, the usage and one sentence."""
        for pattern, sentence in _SENTENCES:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                message = sentence.format(*(each.replace("'", "").replace(", ", "、") for each in found.groups()))
                break
        self.print_usage(sys.stderr)
        example = (self.epilog or "").partition("\n")[0]
        self.exit(2, f"{self.prog}：{message}{f'。{example}' if example else ''}\n")
