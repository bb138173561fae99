"""Drafts as the text that an extractor makes of a page."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from detector.training.drafts import Draft, Link
from detector.training.site_words import Filler, language, words

__all__ = ["render_text"]

_HAN = "\u2e80-\u9fff\uf900-\ufaff\u3040-\u30ff"
_HAN_LATIN = re.compile(f"([{_HAN}][\ue001\ue003]*)([\ue000\ue002]*[A-Za-z0-9])")
_LATIN_HAN = re.compile(f"([A-Za-z0-9%][\ue001\ue003]*)([\ue000\ue002]*[{_HAN}])")
_HAN_SPACE = re.compile(
    f"(?<=[{_HAN}])([\ue000-\ue003]*) ([\ue000-\ue003]*)(?=[A-Za-z0-9])"
    f"|(?<=[A-Za-z0-9%])([\ue000-\ue003]*) ([\ue000-\ue003]*)(?=[{_HAN}])"
)
_SPACES = re.compile(r"[ \t]*\n[ \t]*")


def render_text(draft: Draft, rng: random.Random) -> str:
    """Return the text of ``draft`` in one of the shapes extractors give.

    Which parts are in it varies; marks in those parts are all kept.
    """
    maker = rng.choices(
        (_body_only, _with_title, _article, _every_line, _markdown, _record, _one_line),
        (4, 4, 3, 4, 3, 1, 2),
    )[0]
    text = maker(draft, rng)
    if language(draft.lang) in ("zh", "hant", "ja"):
        text = _spacing(text, rng)
    return text


def _spacing(text: str, rng: random.Random) -> str:
    """Put spaces between Han and Latin, or take them out, or leave them; marks stay outside."""
    roll = rng.random()
    if roll < 0.15:
        return _LATIN_HAN.sub(r"\1 \2", _HAN_LATIN.sub(r"\1 \2", text))
    if roll < 0.3:
        return _HAN_SPACE.sub(lambda found: "".join(filter(None, found.groups())), text)
    return text


def _paragraphs(draft: Draft, rng: random.Random) -> str:
    """Return the paragraphs, joined and indented in one of the usual ways."""
    join = rng.choices(
        ("\n", "\n\n", "\n \n", "\r\n", "\n\n\n", " ", "", "  "), (8, 6, 1, 1, 1, 1, 1, 1)
    )[0]
    spaced = language(draft.lang) not in ("zh", "hant", "ja", "th")
    if spaced and not join:
        join = " "
    indent = rng.choices(("", "　　", "    ", "\u3000"), (8, 2, 1, 0.3))[0]
    if spaced and indent != "    ":
        indent = ""
    texts = [text for text in draft.paragraphs if text]
    if rng.random() < 0.3:
        texts = [_SPACES.sub("\n", text) for text in texts]
    return join.join(indent + text for text in texts)


def _body_only(draft: Draft, rng: random.Random) -> str:
    return _paragraphs(draft, rng)


def _name(draft: Draft, rng: random.Random) -> str:
    return rng.choice((draft.title, draft.headline or draft.title))


def _with_title(draft: Draft, rng: random.Random) -> str:
    join = rng.choice(("\n", "\n\n", "\n", " ", "\n\n\n"))
    return _name(draft, rng) + join + _paragraphs(draft, rng)


def _article(draft: Draft, rng: random.Random) -> str:
    """Title, byline, sometimes the description, and the body, as reader views show them."""
    parts = [_name(draft, rng), draft.byline, _paragraphs(draft, rng)]
    if draft.description and rng.random() < 0.2:
        parts.insert(1, draft.description)
    if draft.related and rng.random() < 0.4:
        some = draft.related[: rng.randrange(1, 6)]
        parts.append("\n".join(link.text for link in some))
    if draft.footer and rng.random() < 0.3:
        parts.append("\n".join(draft.footer))
    return rng.choice(("\n", "\n\n")).join(part for part in parts if part)


def _heading(draft: Draft, rng: random.Random, name: str) -> str:
    vocabulary = words(language(draft.lang))
    return Filler(rng, (vocabulary.lists,)).one(vocabulary.ui.get(name, ()))


def _menu(links: Sequence[Link], rng: random.Random) -> str:
    return rng.choice(("\n", "\n", " ", " | ", "", "\t", "|", "\n\n")).join(
        link.text for link in links
    )


def _every_line(draft: Draft, rng: random.Random) -> str:
    """Everything that is visible, as ``get_text`` gives it."""
    parts = [draft.title, draft.site if rng.random() < 0.4 else "", _menu(draft.nav, rng)]
    parts.append(rng.choice((" > ", "\n", ">", " » ")).join(draft.breadcrumb))
    parts += [draft.headline, draft.byline]
    parts += [text for text in draft.paragraphs if text]
    if draft.related:
        parts += [_heading(draft, rng, "related"), _menu(draft.related, rng)]
    if draft.friends:
        parts += [_heading(draft, rng, "friends"), _menu(draft.friends, rng)]
    parts += draft.footer
    if rng.random() < 0.2:
        parts = [*draft.alts, *parts]
    join = rng.choice(("\n", "\n", "\n\n", "\n\n\n", "\n \n", " ", "\n\t"))
    return join.join(part for part in parts if part)


def _linked(link: Link) -> str:
    target = link.href.replace(" ", "%20").replace(")", "%29")
    return f"[{link.text}]({target})"


def _markdown(draft: Draft, rng: random.Random) -> str:
    """Markdown with links, as converters for language models give it."""
    bullet = rng.choice(("* ", "- ", "+ ", "  * ", "", "1. "))
    parts: list[str] = []
    if rng.random() < 0.35:
        parts.append(rng.choice(("Title: ", "# ", "")) + draft.title)
    menus = rng.random() < 0.6
    if menus:
        parts.append("\n".join(bullet + _linked(link) for link in draft.nav))
        parts.append(rng.choice((" > ", " / ", " » ")).join(draft.breadcrumb))
    if draft.headline:
        under = "=" * min(60, max(4, len(draft.headline)))
        parts.append(
            rng.choice(
                (f"# {draft.headline}", f"## {draft.headline}", f"{draft.headline}\n{under}")
            )
        )
    parts.append(rng.choice(("", "*", "> ")).join(("", draft.byline)) if draft.byline else "")
    body = [text for text in draft.paragraphs if text]
    for alt in draft.alts:
        image = f"![{alt}](/uploads/{rng.getrandbits(32):x}.png)"
        body.insert(rng.randrange(len(body) + 1), image)
    parts += body
    if menus:
        for name, links in (("related", draft.related), ("friends", draft.friends)):
            if links:
                parts.append(rng.choice(("### ", "## ", "**", "")) + _heading(draft, rng, name))
                parts.append("\n".join(bullet + _linked(link) for link in links))
        parts += draft.footer
    return "\n\n".join(part for part in parts if part)


def _record(draft: Draft, rng: random.Random) -> str:
    """A labelled record, as data sets of articles write them."""
    labels = rng.choice((
        ("标题：", "正文："), ("title: ", "content: "), ("【标题】", "【内容】"), ("Title: ", ""),
        ("## ", ""), ("", ""), ("《", "》"),
    ))  # fmt: skip
    body = _paragraphs(draft, rng)
    if labels[0] == "《":
        return f"《{_name(draft, rng)}》\n{body}"
    return f"{labels[0]}{_name(draft, rng)}\n{labels[1]}{body}"


def _one_line(draft: Draft, rng: random.Random) -> str:
    """All on one line: white space collapsed, as crude extractors do."""
    parts = [_name(draft, rng) if rng.random() < 0.7 else "", draft.byline]
    parts += draft.paragraphs
    if rng.random() < 0.4:
        parts = [*(link.text for link in draft.nav), *parts, *draft.footer]
    spaced = language(draft.lang) not in ("zh", "hant", "ja", "th")
    join = " " if spaced else rng.choice((" ", "", " ", "  "))
    return re.sub(r"\s*\n\s*", join, join.join(part for part in parts if part))
