"""A page before it is HTML: the parts that synthesis composes, damages and renders.

``Article`` is a piece of natural text; ``Draft`` is a whole page made around one. Texts are plain
(rendering escapes them) and may carry marks (see :mod:`detector.training.marks`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Article", "Draft", "Link", "Told"]


@dataclass(frozen=True)
class Article:
    """Natural text of one document: ``lang`` is a BCP 47 tag such as ``zh-Hans`` or ``id``."""

    source: str
    lang: str
    title: str
    paragraphs: tuple[str, ...]


class Told(NamedTuple):
    """What a grammar says of something: a title and lines of text."""

    title: str
    lines: tuple[str, ...]


@dataclass
class Link:
    """A hyperlink: anchor text and target."""

    text: str
    href: str


@dataclass
class Draft:
    """The parts of a page. Every string is plain text unless its comment says raw HTML."""

    source: str
    lang: str
    title: str  # content of <title>, site name included where the style has one
    site: str  # the owner's name: a school, a company, a newspaper
    headline: str  # <h1>
    paragraphs: list[str]
    description: str = ""
    keywords: str = ""
    byline: str = ""
    breadcrumb: list[str] = field(default_factory=list)
    nav: list[Link] = field(default_factory=list)
    related: list[Link] = field(default_factory=list)  # further reading, recommended articles
    friends: list[Link] = field(default_factory=list)  # links to other sites
    footer: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)  # alternative texts of images
    comments: list[str] = field(default_factory=list)  # HTML comments, without <!-- -->
    scripts: list[str] = field(default_factory=list)  # raw bodies of inline <script> elements
    head: list[str] = field(default_factory=list)  # raw HTML put into <head> (styles, metas)
    top: list[str] = field(default_factory=list)  # raw HTML put right after <body>
    bottom: list[str] = field(default_factory=list)  # raw HTML put right before </body>
