"""What publishing systems put around an article besides links: banners, dialogues, forms, trackers.

Much of it is hidden until a script shows it: hiding alone must not betray spam.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from detector.training.drafts import Draft
from detector.training.headlines import nickname
from detector.training.site_identity import SitePage
from detector.training.site_links import href, link
from detector.training.site_tokens import hashed_links, key_comment, tracking_pixel

__all__ = ["furnish"]

_SHARERS = (  # host, path, name of the parameter that takes the address
    ("service.weibo.com", "share/share.php", "url"),
    ("www.facebook.com", "sharer/sharer.php", "u"),
    ("twitter.com", "intent/tweet", "url"),
    ("api.whatsapp.com", "send", "text"),
    ("connect.qq.com", "widget/shareqq/index.html", "url"),
    ("t.me", "share/url", "url"),
    ("social-plugins.line.me", "lineit/share", "url"),
)
_HIDDEN = (
    'style="display:none"',
    'style="display:none;"',
    "hidden",
    'aria-hidden="true"',
    'style="visibility:hidden;height:0"',
    'style="display: none;"',
    'aria-hidden="true" role="dialog" style="display:none"',
    'style="height:0;overflow:hidden"',
    'style="position:absolute;left:-9999px"',
    "",
)


def furnish(page: SitePage, draft: Draft) -> None:
    """Put up to four widgets right inside <body>, and as many at its end."""
    for place, widgets in ((draft.top, _ABOVE), (draft.bottom, _BELOW)):
        count = page.rng.choice((0, 0, 1, 1, 2, 3, 4))
        place.extend(widget(page) for widget in page.rng.sample(widgets, count))


def _attribute(text: str) -> str:
    """Return ``text`` escaped for an element or for a value in double quotes."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _word(page: SitePage, name: str) -> str:
    """Return a word of the user interface, escaped."""
    return _attribute(page.ui(name))


def _several(page: SitePage, name: str, count: int) -> list[str]:
    """Return up to ``count`` different words of the user interface, escaped."""
    texts = page.words.ui.get(name, ())
    return [_attribute(text) for text in page.fill.some(texts, count)]


def _hiding(page: SitePage) -> str:
    """Return an attribute that hides an element, rarely none."""
    return page.rng.choice(_HIDDEN)


def _search_form(page: SitePage) -> str:
    return (
        f'<form action="{_attribute(href(page))}"><input type="text" name="q" '
        f'placeholder="{_word(page, "search")}"><button>{_word(page, "search")}</button></form>'
    )


def _skip_link(page: SitePage) -> str:
    return f'<a class="skip-link sr-only" href="#content">{_word(page, "skip")}</a>'


def _outdated_browser(page: SitePage) -> str:
    text = _word(page, "outdated")
    return f'<!--[if lt IE 8]><p class="browsehappy">{text}</p><![endif]-->'


def _noscript(page: SitePage) -> str:
    pixel = f'<img height="1" width="1" style="display:none" src="//{page.fill.letters()}.com/p">'
    text = _word(page, "noscript")
    return f"<noscript>{page.rng.choice((pixel, text, pixel + text))}</noscript>"


def _cookie_banner(page: SitePage) -> str:
    return (
        f'<div id="cookie" {_hiding(page)}><p>{_word(page, "cookie")}</p>'
        f"<button>{_word(page, 'accept')}</button></div>"
    )


def _dialog(page: SitePage) -> str:
    return (
        f'<div {_hiding(page)}><div class="box"><span class="close">{_word(page, "close")}</span>'
        f"<p>{_word(page, 'modal')}</p></div></div>"
    )


def _login_box(page: SitePage) -> str:
    return (
        f'<div class="login-box" {_hiding(page)}><a href="/login">{_word(page, "login")}</a> '
        f'<a href="/register">{_word(page, "register")}</a></div>'
    )


def _template(page: SitePage) -> str:
    return f'<template id="tpl{page.rng.randrange(99)}"><p>{_word(page, "modal")}</p></template>'


def _share_buttons(page: SitePage) -> str:
    rng = page.rng
    host, path, key = rng.choice(_SHARERS)
    address = f"https://{host}/{path}?{key}=http%3A%2F%2F{page.fill.fixed['host']}%2F"
    title = quote(page.article.title.strip()[:20])
    target = _attribute(f"{address}&title={title}&n={rng.randrange(10**9)}")
    items = "".join(
        f'<a href="{target}" rel="nofollow">{text}</a>'
        for text in _several(page, "share", rng.randrange(2, 7))
    )
    return f'<div class="share">{items}</div>'


def _visitor_comments(page: SitePage) -> str:
    texts = _several(page, "comment", page.rng.randrange(1, 6))
    items = "".join(f"<p>{text}</p>" for text in texts)
    return f'<div id="comments">{items}<textarea name="content"></textarea></div>'


def _floating_toolbar(page: SitePage) -> str:
    return (
        '<div class="toolbar" '
        f'style="position:fixed;right:10px;bottom:{page.rng.randrange(200)}px">'
        f'<a href="javascript:;">{_word(page, "top")}</a>'
        f"<div {_hiding(page)}>{_word(page, 'modal')}</div></div>"
    )


def _tag_manager(_: SitePage) -> str:
    return (
        '<iframe src="//www.googletagmanager.com/ns.html" height="0" width="0" '
        'style="display:none;visibility:hidden"></iframe>'
    )


def _phone_menu(page: SitePage) -> str:
    entries = page.fill.some(page.kind.get("nav"), page.rng.randrange(3, 12))
    items = "".join(
        f'<li><a href="{_attribute(item.href)}">{_attribute(item.text)}</a></li>'
        for item in (link(page, entry) for entry in entries)
    )
    return f'<div class="m-nav" {_hiding(page)}><b>{_word(page, "menu")}</b><ul>{items}</ul></div>'


def _disabled_code(page: SitePage) -> str:
    """Code that somebody has commented out, as style sheets, scripts and markup are."""
    rng = page.rng
    name, size = page.fill.letters(), rng.randrange(1, 400)
    host = page.fill.fixed["host"]
    code = rng.choice(
        (
            f"#{name}{{width:{size}px;white-space:nowrap;overflow:hidden}}",
            f".{name}-box{{float:left;margin:0 {size}px;background:url(/img/{name}.png)}}",
            f"html,body{{height:100%;overflow:hidden}}.{name}{{z-index:{size}}}",
            f"var {name}=new Date();var h={name}.getHours();if(h<{size})show('{name}');",
            f"$('#{name}').html('').hide();setTimeout({name}Init,{size});",
            f"document.getElementById('{name}').innerHTML=data_{name}[{size}].title;",
            f'<div class="{name}"><a href="/{name}/{size}.html">{_word(page, "login")}</a></div>',
            f'<style>.{name}{{top:{size}px}}</style><script src="//{host}/{name}.js"></script>',
            f"<script>{name}.init({{id:{size},url:'/{name}/'}})</script>",
            f"{name}.{name}_{size} {_word(page, 'top')}",
            f"$Id: {name}.html {size} {name} $",
        )
    )
    joint = rng.choice(("", " ", "\n"))
    return f"<!--{joint.join([code] * rng.choice((1, 1, 1, 2, 4)))}-->"


def _member_pages(page: SitePage) -> str:
    """Links to the pages of members, whose hosts are their names and numbers."""
    rng, host = page.rng, page.fill.fixed["host"]
    links = []
    for _ in range(rng.choice((1, 2, 5, 12, 30))):
        digits = rng.randrange(10 ** rng.randint(2, 10))
        user = rng.choice(("", rng.choice("abnsuwx"), page.fill.letters())) + str(digits)
        target = rng.choice((f"http://{user}.{host}/", f"//{host}/{user}", f"/u/{user}.html"))
        text = rng.choice((user, str(digits)[:4], nickname(rng)))
        links.append(f'<a href="{target}">{text}</a>')
    return f'<div class="members">{"".join(links)}</div>'


def _pixel(page: SitePage) -> str:
    return tracking_pixel(page.rng)


def _key_comment(page: SitePage) -> str:
    return key_comment(page.rng)


def _hashed_links(page: SitePage) -> str:
    return hashed_links(page.rng, _several(page, "share", page.rng.randrange(1, 7)))


_ABOVE: tuple[Callable[[SitePage], str], ...] = (
    _pixel, _key_comment, _skip_link, _outdated_browser, _noscript, _cookie_banner, _login_box,
    _search_form, _tag_manager, _phone_menu, _dialog, _disabled_code,
)  # fmt: skip
_BELOW: tuple[Callable[[SitePage], str], ...] = (
    _noscript, _cookie_banner, _dialog, _login_box, _template, _share_buttons, _visitor_comments,
    _floating_toolbar, _search_form, _phone_menu, _disabled_code, _member_pages, _pixel,
    _key_comment, _hashed_links,
)  # fmt: skip
