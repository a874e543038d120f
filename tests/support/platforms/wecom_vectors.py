"""Vectors of WeCom's callback crypto: V1 is its own sample, V2 and V3 are wechatpy's, V4 to V6 @wecom/crypto's too."""

from dataclasses import dataclass

from bot.channels.wecom.callback.crypto import Signed

V1_TOKEN, V1_KEY, V1_CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
V2_TOKEN, V2_KEY, V2_CORP = "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"
# Of V4 to V6: in front of the text.
RANDOM = "0123456789abcdef"


@dataclass(frozen=True)
class Vector:
    """What came, and what it says; `whole` when the text is given as a whole."""

    token: str
    key: str
    receiver: str
    signed: Signed
    encrypted: str
    says: str
    whole: bool = True


V1_GET = Vector(
    V1_TOKEN, V1_KEY, V1_CORP, Signed("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780"),
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==", "1616140317555161061",
)  # fmt: skip
V1_POST = Vector(
    V1_TOKEN, V1_KEY, V1_CORP, Signed("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149"),
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q==",
    "<Content><![CDATA[hello]]></Content>", whole=False,
)  # fmt: skip
V2_GET = Vector(
    V2_TOKEN, V2_KEY, V2_CORP, Signed("dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "1411443780", "437374425"),
    "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==", "5927782489442352469",
)  # fmt: skip
V3_POST = Vector(
    V2_TOKEN, V2_KEY, V2_CORP, Signed("74d92dfeb87ba7c714f89d98870ae5eb62dff26d", "1411525903", "461056294"),
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6y"
    "dJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/T"
    "ywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5"
    "t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0=",
    "<Content><![CDATA[test]]></Content>", whole=False,
)  # fmt: skip
_MADE = "1700000000", "nonce1"
V4 = Vector(
    V1_TOKEN, V1_KEY, "ww0000000000000001", Signed("0a9f1500e875c24967e4e9f95bbfffb12a2a6d25", *_MADE),
    "sKqRbbiSUnDhFHOvPjtUMQ/h/9bslRG+pV8lICusE4JxyyDM6zH8oB05Tei3BCLHm2Q/3jGqGM+sSBfVneZkQP/lbPF1T00LIrzGSf8DoFksnyT3"
    "v4oFC16xC5aazoRGiD1EvtJ8cBkDRT8ILjwo5ffMhDCe4f0vo2jalNg1l10=",
    "<xml><MsgType>text</MsgType><Content>少先队活动报名</Content></xml>",
)  # fmt: skip
V5 = Vector(
    V1_TOKEN, V1_KEY, "", Signed("ec543d1f6ef32d609aca9baf575162431292d363", *_MADE),
    "sKqRbbiSUnDhFHOvPjtUMevlVJi5gSks1smLwj58jImB2BNF0on6mvpE5XjYftWRFHB+QFw8N8mcyQTnm7uqb2Bm9cZkfNYj5YFFblw3soXNrM1h"
    "Z5ILBk8i0eCi3OzQ",
    '{"msgtype":"text","text":{"content":"入队"}}',
)  # fmt: skip
V6 = Vector(
    V1_TOKEN, V1_KEY, "", Signed("76c534cecd8749aa9df5eab267b484c8d2e69b44", *_MADE),
    "sKqRbbiSUnDhFHOvPjtUMT04SBXqyecnV0R+mVLqu11Se0CAxtEP8Zs4hONFU+GhnY2XmfYUSF/20UR5dRgc0w==", "x" * 12,
)  # fmt: skip
ALL = {
    "V1 GET": V1_GET, "V1 POST": V1_POST, "V2 GET": V2_GET, "V3 POST": V3_POST, "V4": V4, "V5": V5, "V6": V6,
}  # fmt: skip
# A file of the robot: the key (base64 without its padding), the cipher text, the content.
V7 = (
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "SdoCP2KE+l9aTRVHx5eHjFLUqmWxbxt+1f1D8vXVvHM=",
    "少先队活动签到表\n",
)  # fmt: skip
