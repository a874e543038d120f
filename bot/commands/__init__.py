"""The command line: one file a command, each with `add(parser)` and `run(arguments, settings)`."""

import sys

from bot.settings.reasons import reason

# What a database says when it cannot be reached → what to do.
_CURES = (
    ("failed to resolve host", "找不到这台主机，请核对 DATABASE_URL"),
    ("Connection refused", "那里没有数据库在听，请启动 PostgreSQL，核对 DATABASE_URL 的主机和端口"),
    ("password authentication failed", "用户名或密码不对，请核对 DATABASE_URL"),
    ("no password supplied", "DATABASE_URL 里没有密码"),
    ("does not exist", "还没有这个用户或这个库，请先在 PostgreSQL 里建好"),
    ("No such file or directory", "DATABASE_URL 没有写主机，这台机器上也没有 PostgreSQL"),
    ("timeout expired", "主机没有回答，请核对 DATABASE_URL 和防火墙"),
    ("file is not a database", "这个文件不是数据库，或者坏了：请用备份恢复"),
    ("malformed", "数据库文件坏了：请用备份恢复"),
    ("readonly database", "不能写：请让这个用户能写数据库的文件和它的文件夹"),
    ("disk I/O error", "磁盘读写出错，请检查磁盘"),
    ("too many clients", "连接太多，请在 PostgreSQL 里放宽 max_connections，或停掉别的程序"),
    ("permission denied", "这个用户在库里没有权限，请在 PostgreSQL 里给它"),
    ("unable to open database file", "打不开这个文件：文件夹不在，或没有权限"),
    ("database or disk is full", "磁盘满了，请腾出地方"),
)


class CommandError(Exception):
    """What the operator did or wrote that cannot be: one clear sentence, exit status 1."""


def in_words(error: Exception) -> str | None:
    """What to tell the operator of an error that is no bug of ours; None of every other."""
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, OSError):
        return f"{reason(error)}{f'：{error.filename}' if error.filename else ''}"
    kind = type(error)
    # Of the standard library, or of pysqlite3.
    if kind.__name__ == "OperationalError" and "sqlite3" in kind.__module__:
        return _of_database(str(error))
    # Only a command that has loaded the library can have met one of its errors.
    if "sqlalchemy.exc" not in sys.modules:
        return None
    from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return _of_database(str(error.orig).strip().splitlines()[0])
    return f"DATABASE_URL 写得不对：{error}" if isinstance(error, ArgumentError) else None


def _of_database(said: str) -> str:
    return "数据库打不开：" + next((cure for words, cure in _CURES if words in said), said)
