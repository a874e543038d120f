"""Where the bot listens: `serve` takes it, a command that wants no bot beside it holds it meanwhile."""

import errno
import socket

from bot.settings import Settings
from bot.settings.reasons import reason


def host_of(settings: Settings) -> str:
    """The practice page is for this machine only, whatever HOST says."""
    return "127.0.0.1" if settings.practice else settings.host


def listen(settings: Settings) -> socket.socket:
    """The socket; raises OSError."""
    host = host_of(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, settings.port), family=family, backlog=2048)


def why_not(host: str, port: int, error: OSError) -> str:
    """What keeps us from listening there, with its cure."""
    # What a name server said has a number below nothing, also where it was raised anew.
    if isinstance(error, socket.gaierror) or (error.errno or 0) < 0 or error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} 不是这台机器的地址，一般写 127.0.0.1"
    at = f"{host}:{port}"
    if error.errno == errno.EACCES:
        return f"{at} 要管理员权限，请换 1024 以上的 PORT"
    return f"{at} 用不了（{reason(error)}）。可以换一个端口：PORT=8081 make run"
