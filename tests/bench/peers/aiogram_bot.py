"""A check-in bot on aiogram 3: its aiohttp webhook handler, on uvloop, answering 200 only after the commit."""

import uvloop
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message, Update
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.bench.peers.rows import Store, arguments

router = Router()


@router.message()
async def heard(message: Message, event_update: Update, store: Store) -> None:
    if message.from_user and message.text:
        await store.hear(event_update.update_id, message.from_user.id, message.chat.id, message.text)


async def opened(store: Store) -> None:
    await store.open()


def main() -> None:
    given = arguments()
    bot = Bot(given.token, session=AiohttpSession(api=TelegramAPIServer.from_base(given.api)))
    dispatcher = Dispatcher(store=Store(given.database, given.committed))
    dispatcher.include_router(router)
    dispatcher.startup.register(opened)
    app = web.Application()
    # Its default answers 200 before the work; then a crash loses what was acknowledged.
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=given.secret)
    handler.register(app, path=given.path)
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=given.port, loop=uvloop.new_event_loop(), access_log=None, print=None)


if __name__ == "__main__":
    main()
