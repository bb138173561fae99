"""Strings that machines make: identifiers in addresses, tracking pixels, keys in comments.

Honest pages are full of them. To a classifier of characters a random host or path looks like the
random hosts of spam, unless it has seen many that are not.
"""

from __future__ import annotations

import base64
import random
import uuid

__all__ = ["hashed_links", "key_comment", "token", "tracking_pixel"]

_HOSTS = (
    "{t}.cloudfront.net", "b.scorecardresearch.com", "mc.yandex.ru", "hm.baidu.com",
    "{t}.b-cdn.net", "www.facebook.com", "s{n}.cnzz.com", "pixel.quantserve.com",
    "{t}.akamaized.net", "img{n}.{w}.com", "static-{n}.{w}cdn.com", "collect.{w}.cn",
    "{t}.oss-cn-beijing.aliyuncs.com", "stats.wp.com",
)  # fmt: skip
_WORDS = (
    "news", "img", "upload", "index", "hongkong", "visit", "policy", "download", "image", "video",
    "shanghai", "lixiang", "wangluo", "tupian", "zhuanti", "guangdong", "photo", "report", "live",
    "game", "sport", "club", "top", "vip", "mobile", "android", "review", "enshots", "ym", "app",
)  # fmt: skip


def token(rng: random.Random) -> str:
    """Return one identifier: hexadecimal, base 64, a UUID, numbers, or words with underscores."""
    roll = rng.random()
    if roll < 0.25:
        return rng.randbytes(rng.choice((3, 4, 6, 8, 16, 16, 20))).hex()
    if roll < 0.45:
        data = rng.randbytes(rng.randrange(6, 40))
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    if roll < 0.55:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if roll < 0.75:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(rng.choices(letters, k=rng.randrange(6, 17)))
    if roll < 0.88:
        parts = (str(rng.randrange(10 ** rng.randint(2, 19))) for _ in range(rng.choice((1, 2, 3))))
        return rng.choice("-_").join(parts)
    return "_".join(rng.choices(_WORDS, k=rng.choice((2, 2, 3)))) + rng.choice(("", "", "_jp", "3"))


def _host(rng: random.Random) -> str:
    host = rng.choice(_HOSTS)
    short = token(rng).lower().replace("_", "-")[:14].strip("-")
    return host.format(t=short or "a", n=rng.randrange(1, 99), w=rng.choice(_WORDS))


def tracking_pixel(rng: random.Random) -> str:
    """Return the HTML of a pixel for readers without scripts."""
    query = "&".join(f"c{n}={token(rng)[:20]}" for n in range(1, rng.randrange(2, 5)))
    image = f'<img src="https://{_host(rng)}/{token(rng)}/p?{query}" height="1" width="1" alt="">'
    return f"<noscript>{image}</noscript>" if rng.random() < 0.7 else image


def key_comment(rng: random.Random) -> str:
    """Return an HTML comment with keys that some server leaves in its pages."""
    keys = rng.choice("| ,;").join(token(rng) for _ in range(rng.choice((1, 2, 2, 4))))
    return f"<!--{rng.choice(('', ' ', 'cache ', 'gen:', 'v00|'))}{keys}-->"


def hashed_links(rng: random.Random, texts: list[str]) -> str:
    """Return links, one for each of ``texts``, to addresses that no person has chosen."""
    host = _host(rng)
    links = []
    for text in texts:
        end = rng.choice((".html", "", "/", ".jpg", "?id=" + token(rng)))
        links.append(f'<a href="https://{host}/{rng.choice(_WORDS)}/{token(rng)}{end}">{text}</a>')
    return f'<div class="list">{"".join(links)}</div>'
