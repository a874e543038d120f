"""Why the operating system would not, in Chinese: what a teacher reads of an OSError."""

import errno
import socket

_WORDS = {
    errno.ENOENT: "没有这个文件或目录", errno.EACCES: "没有权限", errno.EPERM: "没有权限",
    errno.ENOTDIR: "路径中间有一个不是目录", errno.EISDIR: "这是一个目录", errno.EEXIST: "已经有了",
    errno.ENOSPC: "磁盘满了", errno.EDQUOT: "超过了磁盘配额", errno.EROFS: "只读", errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件太多", errno.ENAMETOOLONG: "名字太长", errno.ELOOP: "链接绕成了圈",
    errno.EADDRINUSE: "端口已被占用", errno.EADDRNOTAVAIL: "不是这台机器的地址", errno.ECONNREFUSED: "那里没有程序在听",
    errno.ECONNRESET: "对方断开了", errno.ENETUNREACH: "网络不通", errno.EHOSTUNREACH: "到不了那台机器",
    errno.ETIMEDOUT: "超时",
}  # fmt: skip


def reason(error: OSError) -> str:
    """A few words, without a full stop; the system's own where we have none."""
    if isinstance(error, TimeoutError):
        return "超时"
    if isinstance(error, socket.gaierror):
        return "找不到这个主机名"
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
