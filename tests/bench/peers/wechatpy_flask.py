"""A check-in bot on wechatpy and Flask, as wechatpy's own example has it: decrypt, record, encrypt the reply."""

from flask import Flask, abort, request
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.work.crypto import WeChatCrypto
from wechatpy.work.exceptions import InvalidCorpIdException
from wechatpy.work.parser import parse_message
from wechatpy.work.replies import create_reply

from tests.bench.peers.gunicorn_server import Threads
from tests.bench.peers.rows_sync import Store, arguments


def main() -> None:
    given = arguments()
    store = Store(given.database)
    store.open()
    crypto = WeChatCrypto(given.token, given.key, given.corp)
    app = Flask(__name__)

    @app.post(given.path)
    def heard() -> str:
        signature, timestamp, nonce = (request.args[name] for name in ("msg_signature", "timestamp", "nonce"))
        try:
            message = parse_message(crypto.decrypt_message(request.data, signature, timestamp, nonce))
        except (InvalidSignatureException, InvalidCorpIdException):
            abort(403)
        said = store.hear(str(message.id), message.source, message.content)
        sealed: str = crypto.encrypt_message(create_reply(said, message).render(), nonce, timestamp)
        return sealed

    Threads(app, given.port).run()


if __name__ == "__main__":
    main()
