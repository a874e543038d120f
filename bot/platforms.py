"""The platforms that are configured; the library of each is loaded only where it is used."""

from collections.abc import Iterator

from starlette.routing import Route

from bot.channels import Channel
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from storage.people import accounts
from storage.reminders import feeds


async def open_channels(engine: Engine, pipeline: Pipeline, owner: str, practice: Channel | None) -> dict[str, Channel]:
    """The channels by name, noted for the notices; `owner` is this process, for what only one may do at a time."""
    found = [practice] if practice else list(_configured(engine, pipeline, owner))
    channels = {channel.name: channel for channel in found}

    def note(turn: Turn) -> None:
        accounts.note_channels(turn.db, channels, engine.clock.real())
        feeds.note_address(turn.db, engine.settings.public_url, engine.clock.real())

    await pipeline.do(note)
    return channels


def pages(engine: Engine) -> list[Route]:
    """What others may read from outside, where there is an address for it; digests on the practice page always."""
    if not engine.settings.public_url and not engine.settings.practice:
        return []
    from bot.links.digest_pages import DigestPages
    from bot.links.secret_links import SecretLinks

    links = SecretLinks(engine)
    routes = DigestPages(links).routes()
    if engine.settings.public_url:
        from bot.links.feed import Feed

        routes += Feed(links).routes()
    return routes


def _configured(engine: Engine, pipeline: Pipeline, owner: str) -> Iterator[Channel]:
    settings = engine.settings
    if settings.telegram_token:
        from bot.channels.telegram.channel import Telegram

        yield Telegram(settings, pipeline, engine, owner)
    if settings.wecom_robot:
        from bot.channels.robot.channel import Robot

        yield Robot(engine, pipeline, owner)
    if settings.wecom_groups:
        from bot.channels.group_robot.channel import GroupRobots

        yield GroupRobots(pipeline, engine)
    if settings.wecom_app:
        from bot.channels.wecom.channel import WecomApp

        yield WecomApp(settings, pipeline, engine, owner)
