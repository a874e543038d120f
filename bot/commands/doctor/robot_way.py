"""The way to the server of WeCom's robots, as doctor tries it: nothing is said to it."""

import socket
import ssl
from urllib.parse import urlsplit

from bot.commands.doctor.line import FAIL, OK, Line
from bot.settings.reasons import reason

SECONDS = 5


def way(url: str) -> Line:
    """Whether the server is reached, and is who it says it is."""
    at = urlsplit(url)
    host, secure = at.hostname or "", at.scheme == "wss"
    port = at.port or (443 if secure else 80)
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as connection:
            if secure:
                with ssl.create_default_context().wrap_socket(connection, server_hostname=host):
                    pass
    except ssl.SSLError as fault:
        return FAIL, "robot", f"{host}:{port} 的证书不对（{fault.reason}），中间可能有代理或防火墙"
    except OSError as fault:
        return FAIL, "robot", f"连不上 {host}:{port}（{reason(fault)}）；这台机器要能访问外网的这个地址"
    return OK, "robot", f"连得上 {host}:{port}"
