"""Subscribes once and goes: for doctor, to learn whether the robot's id and secret are right."""

import asyncio

from websockets.exceptions import WebSocketException

from bot.channels.robot.link import AckLost, Link, NotLive, Refused
from bot.channels.robot.socket import connecting
from bot.settings import Settings


async def subscribe(settings: Settings) -> str:
    """Why it did not work; empty when it did. Whoever is connected with this robot is put out by it."""
    secret = settings.wecom_robot_secret.partition(",")[0]
    try:
        async with connecting(settings.wecom_robot_url) as connection:
            link = Link(connection, lambda frame: None)
            reading = asyncio.create_task(link.read())
            try:
                await link.call("aibot_subscribe", {"bot_id": settings.wecom_robot_id, "secret": secret})
            finally:
                reading.cancel()
    except (OSError, TimeoutError, WebSocketException, NotLive, AckLost) as fault:
        return f"{type(fault).__name__} {fault}".strip()
    except Refused as refused:
        return str(refused)
    return ""
