"""A check-in bot on WeRoBot and Flask: its handler, its view, its crypto; the corp takes the place of the app."""

from typing import Any

from flask import Flask
from werobot import WeRoBot
from werobot.contrib.flask import make_view

from tests.bench.peers.gunicorn_server import Threads
from tests.bench.peers.rows_sync import Store, arguments


def main() -> None:
    given = arguments()
    store = Store(given.database)
    store.open()
    robot = WeRoBot(token=given.token, encoding_aes_key=given.key, app_id=given.corp, SESSION_STORAGE=False)

    @robot.text
    def heard(message: Any) -> str:
        return store.hear(str(message.message_id), message.source, message.content)

    app = Flask(__name__)
    app.add_url_rule(given.path, endpoint="werobot", view_func=make_view(robot), methods=["GET", "POST"])
    Threads(app, given.port).run()


if __name__ == "__main__":
    main()
