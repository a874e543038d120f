"""A check-in bot on python-telegram-bot with its own webhook server (which answers 200 before the work is done)."""

from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.bench.peers.rows import Store, arguments


async def heard(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message, store = update.message, context.bot_data["store"]
    if message and message.from_user and message.text:
        await store.hear(update.update_id, message.from_user.id, message.chat_id, message.text)
        if context.bot_data["replies"]:
            await message.reply_text("已记录")
        store.tell(update.update_id)


async def opened(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    await application.bot_data["store"].open()


def main() -> None:
    given = arguments()
    builder = Application.builder().token(given.token).base_url(f"{given.api}/bot").post_init(opened)
    application = builder.build()
    application.bot_data["store"] = Store(given.database, given.committed)
    application.bot_data["replies"] = given.replies
    application.add_handler(MessageHandler(filters.TEXT, heard))
    application.run_webhook(
        listen="127.0.0.1", port=given.port, url_path=given.path, secret_token=given.secret,
        webhook_url=f"https://bot.example{given.path}", allowed_updates=["message"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
