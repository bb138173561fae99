"""Readers: from the members of a package archive to raw documents.

Each reader yields :class:`Raw` documents in the order of the archive (see
:mod:`detector.training.archives`). Cleaning, dropping duplicates and thinning happen in
:mod:`detector.training.corpora`.
"""

from __future__ import annotations

import ast
import contextlib
import gzip
import hashlib
import html
import io
import json
import pickle
import re
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn

from detector.training.archives import ArchiveError, Member

__all__ = ["READERS", "Raw", "group_sentences", "html_blocks"]


@dataclass(frozen=True)
class Raw:
    """One document as found: a title (may be empty) and blocks of text, not yet cleaned."""

    title: str
    blocks: tuple[str, ...]


# --- shared pieces -------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    """Decode a member: UTF-8 where it is valid, else gb18030 (old Chinese packages)."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="ignore")


def _order(text: str) -> bytes:
    """A sort key that is a fixed shuffle: the same on every machine, unlike ``hash``."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest()


def group_sentences(sentences: Iterable[str], joint: str) -> Iterator[Raw]:
    """Make documents of single sentences: 3-6 in a paragraph, 2-5 paragraphs in a document.

    Sentences are first put into a fixed shuffled order, since neighbours in a dictionary
    illustrate the same word and would make every document about one word.
    """
    paragraphs: list[str] = []
    pending: list[str] = []
    for sentence in sorted(dict.fromkeys(sentences), key=_order):
        pending.append(sentence)
        size = _order(pending[0])[0]
        if len(pending) >= 3 + size % 4:
            paragraphs.append(joint.join(pending))
            pending = []
            if len(paragraphs) >= 2 + size // 4 % 4:
                yield Raw("", tuple(paragraphs))
                paragraphs = []
    if paragraphs or pending:
        yield Raw("", (*paragraphs, joint.join(pending)))


def _grouped(lines: Iterable[str], size: int = 12) -> Iterator[Raw]:
    """Documents of ``size`` consecutive lines each."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == size:
            yield Raw("", tuple(block))
            block = []
    if block:
        yield Raw("", tuple(block))


# --- readers of single packages ------------------------------------------------------------------


class _NoCode(pickle.Unpickler):
    """An unpickler for plain lists, tuples and strings: it refuses to import anything."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"refused to load {module}.{name} from a pickle")


def _inews(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Pickled (titles, contents, labels) triples of web news."""
    for name, data in found:
        try:
            titles, contents, _labels = _NoCode(io.BytesIO(data)).load()
        except (pickle.UnpicklingError, ValueError, TypeError) as error:
            raise ArchiveError(f"{name}: {error}") from error
        for title, content in zip(titles, contents, strict=True):
            yield Raw(str(title), tuple(re.split(r"\\n|\n|\u3000\u3000| {3,}", str(content))))


def _wudao(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Example sentences of a bilingual dictionary (an SQLite file packed with zstandard)."""
    try:
        import zstandard
    except ImportError as error:
        raise ArchiveError("reading wudao needs the package zstandard") from error
    for _name, data in found:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "dict.db"
            with path.open("wb") as out:
                zstandard.ZstdDecompressor().copy_stream(io.BytesIO(data), out)
            base = sqlite3.connect(path)
            try:
                joint = "" if lang[:2] == "zh" else " "
                yield from group_sentences(_wudao_sentences(base, lang), joint)
            finally:
                base.close()


def _wudao_sentences(base: sqlite3.Connection, lang: str) -> Iterator[str]:
    side = lang[:2]
    end = re.compile(r"[。！？…”]$" if side == "zh" else r"[A-Za-z,'][.?!][\"']?$")
    for query in ("SELECT sentence FROM en", "SELECT sentence FROM zh", "SELECT desc FROM zh"):
        for (cell,) in base.execute(query + " ORDER BY word"):
            if not cell:
                continue
            with contextlib.suppress(json.JSONDecodeError):
                for text in _values(json.loads(cell), side):
                    text = re.sub(r"\s+", " ", text).strip()
                    if len(text) >= (8 if side == "zh" else 25) and end.search(text):
                        yield text


def _values(node: Any, key: str) -> Iterator[str]:
    """Every string stored under ``key``, at any depth of parsed JSON."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key and isinstance(value, str):
                yield value
            else:
                yield from _values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, key)


def _tagged(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Word/tag corpora, one paragraph a line: the tags and the spaces between words go."""
    tag = re.compile(r"\]/?[A-Za-z]+\s*|/[A-Za-z]+\s*|(?:^|(?<=\s))\[")
    for _name, data in found:
        yield from _grouped(tag.sub("", line).strip() for line in _text(data).splitlines())


_LAW_LABEL = re.compile(r"^(?:段落|句子|文书|场景|事实|回答|答案)[::]")


def _law(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """JSON lines of questions on law: the query and the response are natural text."""
    for _name, data in found:
        for line in _text(data).splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                row = json.loads(line)
                parts = (row.get("query"), row.get("response"))
                # Short responses are class labels, not sentences.
                text = [_LAW_LABEL.sub("", p) for p in parts if isinstance(p, str) and len(p) > 24]
                yield Raw("", tuple(text))


def _docstrings(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Docstrings of Python modules (parsed, never run)."""
    for _name, data in found:
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        texts = (
            ast.get_docstring(node) or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module)
        )
        lines = [
            re.sub(r"^\s*:(?:type|rtype|raises)\b.*|^\s*:param [^:]*:", "", line)
            for text in texts
            for line in text.splitlines()
        ]
        yield from _grouped(lines)


# --- readers of general formats ------------------------------------------------------------------


def _lines(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Text files in which every line is a document of its own (reviews, jokes)."""
    for _name, data in found:
        for line in _text(data).splitlines():
            yield Raw("", (line,))


def _text_files(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Text files with paragraphs parted by blank lines or, if there are none, by line ends."""
    for _name, data in found:
        text = _text(data).replace("\r\n", "\n")
        if text.count("\n\n") * 12 > text.count("\n"):
            joint = "" if lang[:2] in {"zh", "ja"} else " "
            parts = [re.sub(r"\n\s*", joint, p) for p in re.split(r"\n\s*\n", text)]
        else:
            parts = text.split("\n")
        yield from _grouped(parts)


def _unwrap(text: str, lang: str) -> Iterator[str]:
    """Join lines that were broken at a fixed width; short lines (verse, lists) stay apart."""
    joint, width = ("", 26) if lang[:2] in {"zh", "ja"} else (" ", 50)
    pending = ""
    for line in text.splitlines():
        short = len(pending) - pending.rfind("\n") < width
        if short or not line.strip() or line[0] in " \t-–—*(":
            yield pending.replace("\n", joint)
            pending = line.strip()
        else:
            pending += "\n" + line.strip()
    yield pending.replace("\n", joint)


_ANSI = re.compile("\x1b\\[[0-9;]*m|.\x08|^\\s*│", re.M)


def _fortunes(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Fortune files: sayings, jokes and poems parted by a line with a percent sign."""
    for _name, data in found:
        for part in re.split(r"^%\s*$", _ANSI.sub("", _text(data)), flags=re.M):
            yield Raw("", tuple(_unwrap(part, lang)))


_MD_CODE = re.compile(r"^(```|~~~).*?^\1|\A---\n.*?^---$|<!--.*?-->", re.S | re.M)
_MD_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MD_TABLE = re.compile(r"^\s*(?:\|.*|\.\. .*|:\w+:.*|[-=~^*+|:\s]+)$", re.M)
_MD_MARK = re.compile(r"^\s*(?:#+|>|[-*+]|\d+\.)\s+|[*`]{1,3}(?=\S)|(?<=\S)[*`]{1,3}", re.M)


def _markdown(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Markdown and reStructuredText: prose without code, tables, links and marks."""
    for _name, data in found:
        text = _MD_CODE.sub("", _text(data))
        title = re.search(r"^#\s+(.+)$", text, flags=re.M)
        text = _MD_MARK.sub("", _MD_TABLE.sub("", _MD_LINK.sub(r"\1", text)))
        yield Raw(title.group(1) if title else "", tuple(re.split(r"\n\s*\n|\n(?=\S)", text)))


class _Blocks(HTMLParser):
    """Collect the text of block elements of an HTML page, and its title."""

    SKIP = frozenset({"script", "style", "noscript", "svg", "nav", "head", "pre", "textarea"})
    BLOCK = frozenset(
        {"p", "div", "li", "td", "th", "tr", "dt", "dd", "br", "section", "article", "blockquote"}
        | {"body", "h1", "h2", "h3", "h4", "h5", "h6"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.blocks: list[str] = []
        self._text: list[str] = []
        self._skip = 0
        self._in_title = False

    def _close(self) -> None:
        self.blocks.append(re.sub(r"\s+", " ", "".join(self._text)).strip())
        self._text = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        if tag in self.SKIP:
            self._skip += 1
        elif tag in self.BLOCK:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in self.SKIP:
            self._skip = max(0, self._skip - 1)
        elif tag in self.BLOCK:
            self._close()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._skip:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._close()


def html_blocks(source: str) -> Raw:
    """The title and the text blocks of an HTML page; navigation, scripts and code are left out."""
    parser = _Blocks()
    parser.feed(source)
    parser.close()
    return Raw(parser.title.strip(), tuple(b for b in parser.blocks if b))


def _html(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    for _name, data in found:
        yield html_blocks(_text(data))


def _json_strings(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Every string value of JSON files (lines or whole), in order; keys are left out."""
    for _name, data in found:
        text = _text(data)
        try:
            node: Any = json.loads(text)
        except json.JSONDecodeError:
            node = []
            for line in text.splitlines():
                with contextlib.suppress(json.JSONDecodeError):
                    node.append(json.loads(line))
        yield from _grouped(_strings(node))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


_KEY = re.compile(r"\s?\(_\w\)|(?<!\w)[_~](?=[^\W\d_])|(?<=[^\x00-\x7f])_(?=[^\x00-\x7f])")
"""What names a key of the keyboard in an item of a menu: a line under a letter."""


def _po(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """The translations of gettext ``.po`` and ``.mo`` files."""
    for name, data in found:
        texts = _mo_strings(data) if name.endswith(".mo") else _po_strings(_text(data))
        yield from _grouped(_KEY.sub("", text) for text in texts)


def _po_strings(text: str) -> Iterator[str]:
    for entry in re.split(r"\n\s*\n", text):
        if "#, fuzzy" in entry or 'msgid ""\nmsgstr' in entry:
            continue
        match = re.search(r'^msgstr(?:\[0\])?\s+((?:".*"\s*)+)', entry, flags=re.M)
        if match:
            quoted = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1)))
            yield quoted.replace('\\"', '"').replace("\\n", "\n").replace("\\t", " ")


def _mo_strings(data: bytes) -> Iterator[str]:
    if len(data) < 20:
        return
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    _magic, _version, count, _originals, offset = struct.unpack(order + "5I", data[:20])
    for i in range(1, count):  # 0 is the header
        length, start = struct.unpack_from(order + "2I", data, offset + 8 * i)
        yield data[start : start + length].decode("utf-8", errors="ignore").split("\0")[0]


def _typings(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Documentation comments of JavaScript and TypeScript files."""
    for _name, data in found:
        for comment in re.findall(r"/\*\*(.*?)\*/", _text(data), flags=re.S):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", comment)
            plain = re.sub(r"^[\s*]*(?:@\w+)?|`", "", plain, flags=re.M)
            yield Raw("", tuple(html.unescape(line) for line in plain.splitlines()))


_ROFF_SKIP = re.compile(
    r"^\.(?:nf|EX)\b.*?^\.(?:fi|EE)\b.*?$|^\.(?:Bd)\b.*?^\.Ed\b.*?$|^\.ig\b.*?^\.\.$", re.S | re.M
)
_ROFF_INLINE = re.compile(
    r"\.(?:B|I|BR|BI|IR|IB|RB|RI|SM|Nm|Ar|Pa|Xr|Fl|Cm|Em|Dq|Sq|Va|Dv|Ev|Ic|Li|Sy|Ql|Ns|No)(?:\s+|$)"
)


def _man(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Manual pages: paragraphs of roff source without requests, font changes and code."""
    joint = "" if lang[:2] in {"zh", "ja"} else " "
    for _name, data in found:
        source = _ROFF_SKIP.sub("", _text(data))
        blocks: list[str] = []
        pending = ""
        for line in source.splitlines():
            if _ROFF_INLINE.match(line):
                line = _ROFF_INLINE.sub("", line).replace('"', "")
            elif line.startswith((".", "'")) or not line.strip():
                blocks.append(pending)
                pending = ""
                continue
            line = re.sub(r"\\f(?:\[\w*\]|\(..|.)|\\[&^|]", "", line)
            line = re.sub(r"\\\((..)", "", line).replace("\\-", "-").replace("\\e", "\\")
            pending += (joint if pending else "") + line.replace("\\ ", " ").replace("\\.", ".")
        yield Raw("", (*blocks, pending))


def _tanzil(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Verse by verse translations and commentaries, ten ``text`` attributes to a document."""
    for _name, data in found:
        yield from _grouped(re.findall(r'\btext="([^"]+)"', _text(data)), 10)


def _electron(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Documentation as JSON: locale → path → page with a title and HTML."""
    for _name, data in found:
        for locale, pages in json.loads(data).items():
            if locale[:2] == lang[:2]:
                for page in pages.values():
                    yield Raw(str(page.get("title", "")), html_blocks(str(page["html"])).blocks)


_LINES = ("content", "paragraphs", "para", "comment", "desc")


def _compositions(node: Any) -> Iterator[Raw]:
    """Yield the objects that have lines of text, in whatever they are nested."""
    if isinstance(node, dict):
        values = [node.get(key) for key in _LINES]
        lines = [
            line for value in values for line in (value if isinstance(value, list) else [value])
        ]
        blocks = tuple(line for line in lines if isinstance(line, str))
        if blocks:
            yield Raw(str(node.get("title") or node.get("chapter") or ""), blocks)
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from _compositions(value)


def _verse(found: Iterable[Member], lang: str) -> Iterator[Raw]:
    """Collections of verse and classical prose as JSON, each piece an object with its lines."""
    for _name, data in found:
        yield from _compositions(json.loads(_text(data)))


Reader = Callable[[Iterable[Member], str], Iterator[Raw]]
READERS: dict[str, Reader] = {
    "inews": _inews,
    "wudao": _wudao,
    "tagged": _tagged,
    "law": _law,
    "docstrings": _docstrings,
    "lines": _lines,
    "text": _text_files,
    "fortunes": _fortunes,
    "markdown": _markdown,
    "html": _html,
    "json": _json_strings,
    "po": _po,
    "typings": _typings,
    "man": _man,
    "tanzil": _tanzil,
    "electron": _electron,
    "verse": _verse,
}
"""Reader name in the recipe → function from (members, language tag) to raw documents."""
