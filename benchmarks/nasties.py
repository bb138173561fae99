"""Pages made to hurt whoever reads them, and what each costs: ``python benchmarks/nasties.py``.

Each is scored in a process of its own; the table says the CPU time, the growth of the resident set
and which limits cut something. ``--model FOLDER`` scores with another model than the shipped one;
names of nasties leave out all others.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from detector import Detector

__all__ = ["NASTIES", "Nasty"]

MOST_SECONDS = 60
"""CPU time after which a nasty is given up."""
MOST_BYTES = 6_000_000_000
"""Address space of a process."""
SPAM = "<p>开云体育官网入口</p>"
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class Nasty(NamedTuple):
    """A page that grows with a number, the number at which it hurts, and limits that must cut."""

    make: Callable[[int], bytes]
    size: int
    cut: tuple[str, ...] = ()
    content_type: str | None = None
    source_map: bool = False


def _page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}{SPAM}</body></html>".encode(
        "utf-8", "surrogatepass"
    )


def _repeated(piece: str, head: str = "", after: str = "") -> Callable[[int], bytes]:
    """Return what makes a page of n copies of ``piece``."""
    return lambda n: _page(piece * n + after, head)


def _numbered(piece: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """Return what makes a page of n pieces with a number each, at ``{}``."""
    return lambda n: _page(before + "".join(map(piece.format, range(n))) + after)


def _in_head(element: str, piece: str, after: str = "") -> Callable[[int], bytes]:
    """Return what makes a page with an element in its head that has n numbered pieces in it."""
    return lambda n: _page(
        "<p class=c7>一</p>" * 5,
        f"<{element}>{''.join(piece.replace('@', str(k)) for k in range(n))}{after}"
        f"</{element.split()[0]}>",
    )


def _ruled(selector: str, piece: str) -> Callable[[int], bytes]:
    """Return what makes a page of n pieces and 500 rules that hide, with a number each."""
    rules = "".join(f"{selector.replace('@', str(k))}{{display:none}}" for k in range(500))
    return lambda n: _page(piece * n, f"<style>{rules}</style>")


def _heads(piece: str) -> Callable[[int], bytes]:
    """Return what makes a page with n numbered elements in its head."""
    return lambda n: _page("", "".join(piece.replace("@", str(k)) for k in range(n)))


def _soup(pieces: Iterable[str]) -> Callable[[int], bytes]:
    """Return what makes a page of n pieces in an order of chance."""
    choices = tuple(pieces)
    return lambda n: _page("".join(random.Random(n).choices(choices, k=n)))


def _laughs(n: int) -> bytes:
    entities = "".join(
        f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "哈"}">' for k in range(min(n, 1_000))
    )
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [{entities}]><svg xmlns="http://www.w3.org/2000/svg">'
        + "<use href='#a'/><text>&l9;</text>" * n
        + "</svg>"
    ).encode()


def _uses(n: int) -> bytes:
    groups = "".join(f"<g id=g{k}>{f'<use href=#g{k - 1} />' * 10}" for k in range(n))
    return _page(f"<svg>{groups}</svg>")


def _json_ld(deep: bool) -> Callable[[int], bytes]:
    def make(n: int) -> bytes:
        source = '{"name":"网","a":[' * n if deep else "[" + '{"name":"开云体育"},' * n + "{}]"
        return _page(f'<script type="application/ld+json">{source}</script>')

    return make


def _script(piece: str) -> Callable[[int], bytes]:
    return lambda n: _page(f"<script>{piece * n}</script>")


def _many_scripts(n: int) -> bytes:
    told = base64.b64encode("开云体育官网入口".encode()).decode()
    return _page(
        "".join(
            f"<script>document.write(atob('{told}'));unescape('%u5f00%u4e91{k}');"
            f"String.fromCharCode(24320,20113,{k % 60000})</script>"
            for k in range(n)
        )
    )


def _nested_codes(n: int) -> bytes:
    source = "document.write('开云体育')"
    while len(source) < n:
        source = f"eval(unescape('{''.join(f'%u{ord(c):04x}' for c in source)}'))"
    return _page(f"<script>{source}</script>")


def _han(n: int) -> str:
    return "".join(chr(0x4E00 + k * 7919 % 20_900) for k in range(n))


def _garbage(n: int) -> bytes:
    return random.Random(n).randbytes(n)


def _utf16(n: int) -> bytes:
    """UTF-16 with halves of pairs in it."""
    draws = random.Random(n)
    units = [draws.choice((0xD800, 0xDC00, 0x4E00, 0x3C, 0x3E, 0x202E)) for _ in range(n // 2)]
    return b"\xff\xfe<\0p\0>\0" + b"".join(unit.to_bytes(2, "little") for unit in units)


def _gzipped(n: int) -> bytes:
    return gzip.compress(b"<p>\xe5\xbc\x80" * n, mtime=0)


def _gz_inside(n: int) -> bytes:
    return _page(base64.b64encode(gzip.compress(b"0" * n, mtime=0)).decode())


def _wide(n: int) -> bytes:
    """A selector for ancestors that are many, all the way up."""
    rules = "".join(f".a .b .c{k} p{{display:none}}" for k in range(400))
    return _page("<div class='a b c1'>" * 1_000 + "<p>一" * n, f"<style>{rules}</style>")


def _listed(n: int, first: str = "开") -> str:
    """Return n different findings."""
    return "".join(f"<p>{first}云体育官网入口{k}</p>" for k in range(n))


def _tables(n: int) -> bytes:
    return _page("<table><tr><td>一<b>" * n)


NASTIES: dict[str, Nasty] = {
    "nested divs": Nasty(_repeated("<div>"), 100_000, ("max_depth",)),
    "nested divs, 8 MB": Nasty(_repeated("<div>"), 1_600_000, ("max_depth",)),
    "nested, end tags in comments": Nasty(_repeated("<div><!--</div>-->"), 100_000, ("max_depth",)),
    "nested, end tags in attributes": Nasty(
        _repeated("<div a='</div>'>"), 100_000, ("max_depth",)
    ),
    "nested, end tags beyond a scope": Nasty(
        _repeated("<div><table><td></div>"), 100_000, ("max_depth",)
    ),
    "nested, end tags in scripts": Nasty(
        _repeated("<div><script></div></script>"), 100_000, ("max_depth",)
    ),
    "nested list items": Nasty(_repeated("<ul><li>"), 300_000, ("max_depth",)),
    "nested options": Nasty(_repeated("<p><ruby><rt><rp>"), 300_000, ()),
    "nested anchors in tables": Nasty(_repeated("<a><table><tr><td>"), 100_000, ("max_depth",)),
    "nested svg": Nasty(_repeated("<svg><g><desc>"), 100_000, ("max_depth",)),
    "nested, behind an empty script": Nasty(
        lambda n: _page("<svg><script/>" + "<div>" * n), 100_000, ("max_depth",)
    ),
    "nested, behind an empty svg": Nasty(
        lambda n: _page("<svg/>" + "<x-y/>" * n + "<p></p>" * n), 80_000, ("max_depth",)
    ),
    "nested, behind empty raw texts": Nasty(
        lambda n: _page("<svg>" + "<title/><textarea/>" * n + "</title></textarea>"), 400_000,
        ("max_nodes",),
    ),
    "nested options of svg": Nasty(
        lambda n: _page("<svg><template>" + "<option>" * n), 300_000, ("max_depth",)
    ),
    "nested options of svg, in a formula's element": Nasty(
        lambda n: _page("<svg><mtext>" + "<option>" * n), 300_000, ("max_depth",)
    ),
    "styles of svg behind the end of no frameset": Nasty(
        lambda n: _page("x<frameset><svg></frameset><style>" + "<g>" * n), 300_000, ("max_depth",)
    ),
    "cells in svg behind a passage whose end is not believed": Nasty(
        lambda n: _page("<svg><g><desc>" + "<p>" * 512 + "<style></desc>" + "<td>" * n), 300_000,
        ("max_depth",),
    ),
    "framesets in what they do away with": Nasty(
        _repeated("<div><frameset></div>"), 100_000, ("max_depth",)
    ),
    "headings that no end tag of a passage closes": Nasty(
        _repeated("<foreignObject><h1></foreignObject>"), 100_000, ("max_depth",)
    ),
    "nested templates": Nasty(_repeated("<template>"), 300_000, ("max_depth",)),
    "nested custom elements": Nasty(_numbered("<x-{}>"), 300_000, ("max_depth",)),
    "one attribute a million times": Nasty(
        lambda n: _page("<p " + "a " * n + ">"), 1_000_000, ("max_attributes",)
    ),
    "a million attributes": Nasty(
        lambda n: _page("<p " + " ".join(f"a{k}=b" for k in range(n)) + ">文"),
        1_000_000, ("max_attributes",),
    ),
    "a million attributes, slashes": Nasty(
        lambda n: _page("<p/" + "/".join(f"a{k}" for k in range(n)) + ">文"),
        1_000_000, ("max_attributes",),
    ),
    "a million attributes, quoted": Nasty(
        lambda n: _page("<p " + "".join(f"a{k}='>'" for k in range(n)) + ">文"),
        1_000_000, ("max_attributes",),
    ),
    "a million attributes, after a tag in quotes": Nasty(
        lambda n: _page("<p b='<p c=\"'" + " ".join(f"a{k}" for k in range(n)) + ">文"),
        1_000_000, ("max_attributes",),
    ),
    "a million attributes of an end tag": Nasty(
        lambda n: _page("</p " + " ".join(f"a{k}" for k in range(n)) + ">文"),
        1_000_000, ("max_attributes",),
    ),
    "a million attributes of bodies": Nasty(
        lambda n: _page("".join(f"<body a{k}>" for k in range(n))), 1_000_000, ("max_attributes",)
    ),
    "a million names of attributes": Nasty(
        lambda n: _page(
            "".join(f"<p {' '.join(f'a{k}' for k in range(j, j + 100))}>" for j in range(0, n, 100))
        ),
        1_000_000, ("max_attributes",),
    ),
    "300 attributes of each of many tags": Nasty(
        lambda n: _page(("<p " + " ".join(f"a{k}" for k in range(300)) + ">") * n), 5_000
    ),
    "elements with attributes": Nasty(
        _numbered("<p title='一{}' id=a class='b c'>"), 1_000_000, ("max_nodes",)
    ),
    "elements": Nasty(_repeated("<p>"), 2_600_000, ("max_nodes",)),
    "line breaks": Nasty(_repeated("<br>"), 2_000_000, ("max_nodes",)),
    "200 MB of text": Nasty(
        lambda n: ("<p>" + "今天的天气很好。" * (n // 24)).encode(), 200_000_000, ("max_bytes",)
    ),
    "200 MB of markup": Nasty(_repeated("<p>天气</p>"), 15_000_000, ("max_bytes",)),
    "10 million characters in one text": Nasty(
        lambda n: _page("今天的天气很好，我们去公园。" * (n // 14)), 10_000_000, ("max_bytes",)
    ),
    "plain text of 10 million characters": Nasty(
        lambda n: ("今天的天气很好，我们去公园。\n" * (n // 15)).encode(), 10_000_000,
        ("max_bytes",), "text/plain",
    ),
    "plain text, a line a character": Nasty(
        lambda n: "天\n".encode() * n, 2_000_000, ("max_characters",), "text/plain"
    ),
    "plain text, line feeds": Nasty(lambda n: b"\n" * n, 8_000_000, (), "text/plain"),
    "unclosed everything": Nasty(
        _soup([f"<{t}>" for t in "p div b a table tr td ul li form select svg title".split()]),
        500_000,
    ),
    "unclosed tag": Nasty(_repeated("<"), 8_000_000),
    "unclosed comment": Nasty(_repeated("<!-- <a> "), 800_000),
    "unclosed attribute": Nasty(_repeated("<a href='"), 800_000),
    "comments": Nasty(_numbered("<!-- <b>网{}</b> -->"), 300_000),
    "comments in one another": Nasty(_repeated("<!--"), 2_000_000),
    "entities, named": Nasty(_repeated("&CounterClockwiseContourIntegral;"), 240_000),
    "entities, numeric": Nasty(_repeated("&#24320;"), 1_000_000),
    "entities, without semicolons": Nasty(_repeated("&#x5f00&lt&notin&am"), 420_000),
    "entities, ampersands": Nasty(_repeated("&"), 8_000_000),
    "links, same host": Nasty(
        _numbered("<a href='http://a.example/开{}'>开云</a>"), 1_000_000, ("max_links",)
    ),
    "links, distinct hosts": Nasty(
        _numbered("<a href='http://开云{}.example/'>开云{}</a>".replace("{}</a>", "</a>")),
        1_000_000, ("max_links",),
    ),
    "links, Punycode": Nasty(
        _numbered("<a href='http://xn--fiqs8s{}.xn--fiqs8s/'>a</a>"), 150_000, ("max_links",)
    ),
    "links in a comment": Nasty(
        lambda n: _page("<!--" + "".join(f"<a href='//a{k}'>" for k in range(n)) + "-->"), 300_000
    ),
    "billion laughs": Nasty(_laughs, 100_000),
    "uses of uses": Nasty(_uses, 30_000, ("max_nodes",)),
    "style sheet of 100,000 rules": Nasty(
        _in_head("style", ".c@{display:none}"), 100_000, ("max_style",)
    ),
    "style sheet of rules with braces": Nasty(_in_head("style", "@media x{"), 800_000),
    "style sheet of quotation marks": Nasty(_in_head("style", "\"a'b\\"), 1_000_000),
    "style sheet of comments": Nasty(_in_head("style", "/*/"), 2_000_000),
    "style sheet of long selectors": Nasty(
        _in_head("style", "a > " * 40 + "b{display:none}"), 20_000
    ),
    "style sheet of Han names": Nasty(
        _in_head("style", "一" * 99 + "!,", "c{display:none}"), 900
    ),
    "style sheet of commas": Nasty(
        _in_head("style", "a.b,", "c{display:none}"), 500_000
    ),
    "style sheet of spaces": Nasty(
        _in_head("style", " ", "a:b{display:none}"), 5_000_000
    ),
    "style sheet of parentheses": Nasty(
        _in_head("style", "a:not(", "{display:none}"), 100_000
    ),
    "many style sheets": Nasty(
        _heads("<style>.c@{display:none}</style>"), 100_000, ("max_style",)
    ),
    "selectors of deep ancestors": Nasty(_wide, 5_000),
    "selectors, long": Nasty(
        _ruled("i" + "[class~=b]" * 17 + ".c@", "<i class='a b'></i>"), 180_000
    ),
    "selectors, one for all": Nasty(_ruled(".a", "<p class=a>甲"), 50_000, ("max_rules",)),
    "selectors of siblings": Nasty(
        _ruled(".a + .a ~ .a ~ .a@,.b ~ .a", "<p class=a>甲"), 100_000
    ),
    "inline styles, distinct": Nasty(_numbered("<p style='left:{}px;color:red'>一"), 150_000),
    "inline styles, long": Nasty(
        lambda n: _page("".join(f"<p style='{'a:b;' * 200}left:{k}px'>" for k in range(n))), 9_000
    ),
    "inline styles, nested colours": Nasty(
        lambda n: _page(f"<font color=red bgcolor=#{1:06x}><div style='color:#{2:06x}'>"
                        * n), 100_000
    ),
    "inline styles, deep and distinct": Nasty(
        _numbered("<i style='color:#{:06x};background:#{:06x}'>".replace("{:06x};b", "0{0:05x};b")
                  .replace("{:06x}'", "1{0:05x}'")), 100_000,
    ),
    "bait: sniffing": Nasty(lambda n: b"<?xml" + b" " * n + b"> " + b" " * n, 4_000_000),
    "bait: sniffing spaces": Nasty(lambda n: b" " * n + b"x", 8_000_000),
    "bait: charset of meta": Nasty(
        lambda n: b"<meta" * 38 + b" charset=" + b" " * (4096 if n > 4096 else n) + b"!" * n,
        100_000,
    ),
    "bait: meta": Nasty(lambda n: b"<meta " * n, 1_000_000),
    "bait: literals": Nasty(_script("'\\\"`"), 2_000_000, ("max_script",)),
    "bait: joints": Nasty(_script("document.write('开'  +  "), 300_000, ("max_script",)),
    "bait: codes": Nasty(_script("fromCharCode.apply( a , [1,"), 300_000, ("max_script",)),
    "bait: spaces in codes": Nasty(_script("unescape(" + " " * 20_000), 400, ("max_script",)),
    "bait: codes in one another": Nasty(
        _script("fromCharCode(" + "1 " * 9_000), 400, ("max_script",)
    ),
    "bait: base64": Nasty(_script("atob('" + "A" * 19_000), 400, ("max_script",)),
    "bait: slashes": Nasty(_script("//"), 4_000_000, ("max_script",)),
    "bait: conditional comments": Nasty(_repeated("<!--[if " + "a" * 50 + "<"), 130_000),
    "bait: fonts": Nasty(_repeated("<p style='font:" + "1." * 400 + "'>"), 9_000),
    "bait: clips": Nasty(_repeated("<p style='clip:rect(" + "0 " * 400 + "'>"), 9_000),
    "bait: script ends": Nasty(_repeated("<script><!--<script>"), 400_000),
    "bait: raw texts in svg": Nasty(_repeated("<svg><style>&lt;/style"), 300_000),
    "base64 in scripts": Nasty(
        _script("atob('" + base64.b64encode("开云体育官网入口".encode()).decode() + "');"), 200_000,
        ("max_script",),
    ),
    "scripts of codes": Nasty(_many_scripts, 60_000, ("max_script",)),
    "codes of codes": Nasty(_nested_codes, 200_000),
    "scripts, one link each": Nasty(
        _numbered("<script>a='//a{}.example/b'</script>"), 200_000, ("max_links",)
    ),
    "JSON-LD, deep": Nasty(_json_ld(deep=True), 400_000, ("max_script",)),
    "JSON-LD, wide": Nasty(_json_ld(deep=False), 400_000, ("max_script",)),
    "gzipped body": Nasty(_gzipped, 50_000_000, ("binary",)),
    "gzip in base64": Nasty(_gz_inside, 100_000_000),
    "bidi overrides": Nasty(_repeated("\u202e\u2066\u202b开\u2069"), 600_000),
    "control characters": Nasty(_repeated("\x01\x1b[2J\x7f\x9b开"), 600_000),
    "lone surrogates": Nasty(_repeated("\ud800开\udfff"), 800_000),
    "NULs": Nasty(lambda n: b"<p>" + b"x\0" * n, 4_000_000),
    "sparse NULs": Nasty(_repeated("<p\0 a\0=\0>开\0</p\0>"), 400_000),
    "random bytes": Nasty(_garbage, 8_000_000),
    "UTF-16 garbage": Nasty(_utf16, 8_000_000),
    "GB 18030 that is none": Nasty(
        lambda n: b"<meta charset=gb2312><p>" + b"\xc4\xe3\xff\x81\x30" * n, 1_600_000
    ),
    "combining marks": Nasty(_repeated("开" + "\u0301" * 50), 80_000, ("max_characters",)),
    "tables in tables": Nasty(_tables, 100_000, ("max_depth",)),
    "tables, text before cells": Nasty(_repeated("<table>一<tr>二<a>"), 200_000, ("max_depth",)),
    "table of foster parents": Nasty(
        lambda n: _page("<table>" + "<b>一<tr>" * n), 500_000
    ),
    "adoption agency": Nasty(_repeated("<a>"), 1_000_000, ("max_nodes",)),
    "adoption agency, blocks": Nasty(_repeated("<a><p>"), 600_000, ("max_nodes",)),
    "adoption agency, ends": Nasty(_repeated("<b><p></b>"), 500_000),
    "adoption agency, deep": Nasty(
        lambda n: _page("<b>" + "<div>" * 1_900 + "</b><b>" * n), 100_000
    ),
    "adoption agency, alternating": Nasty(
        lambda n: _page("<a><b><i><u>" + "<p></a><a><b></i><i></u><u>" * n), 200_000
    ),
    "formatting elements": Nasty(_soup("<b> <i> <u> <font> <code>".split()), 400_000),
    "formatting elements, not too many": Nasty(_numbered("<font size={}><p>"), 1_700),
    "formatting elements, left open": Nasty(
        lambda n: _page("<i><b></i>" * n + "<p></p>" * n), 90_000, ("max_depth",)
    ),
    "formatting elements, distinct": Nasty(_numbered("<font size={}><p>"), 200_000),
    "formatting elements, anchors": Nasty(
        lambda n: _page("".join(f"<nobr id={k}><p>" for k in range(n))), 200_000
    ),
    "formatting elements, in cells": Nasty(
        lambda n: _page("<table>" + "<td><b><i><u>" * n), 200_000
    ),
    "formatting elements, few and deep": Nasty(
        lambda n: _page("".join(f"<b id={k}>" for k in range(1_500)) + "<p>一</p>" * n), 5_000
    ),
    "ends of nothing": Nasty(
        lambda n: _page("<div>" * 1_900 + "</x></p></h1></li>" * n), 400_000
    ),
    "starts in deep elements": Nasty(
        lambda n: _page("<span>" * 1_900 + "<p></p><li></li>" * n), 400_000
    ),
    "selects": Nasty(
        _soup("<select> <option> <optgroup> </select> 一".split()), 600_000, (), None, True
    ),
    "options in a select": Nasty(lambda n: _page("<select>" + "<option>一" * n), 700_000),
    "templates": Nasty(_soup("<template> <td> </template> <tr> 一".split()), 500_000),
    "template, many": Nasty(_repeated("<template><p>一</template>"), 250_000),
    "template, long": Nasty(lambda n: _page("<template>" + "<p>一</p>" * n), 600_000),
    "framesets": Nasty(
        lambda n: b"<frameset>" + b"<frame><noframes>x</noframes><frameset>" * n, 150_000,
        ("max_characters",),
    ),
    "noscripts": Nasty(_numbered("<noscript><p>网{}</p></noscript>"), 250_000),
    "frames with documents": Nasty(
        lambda n: _page("".join(f"<iframe srcdoc='<p>一{k}'></iframe>" for k in range(n))), 60_000
    ),
    "frame with a document, long": Nasty(
        lambda n: _page(f'<iframe srcdoc="{"<p>一二</p>" * n}"></iframe>'), 500_000, ("max_value",)
    ),
    "frames, what is in them": Nasty(
        lambda n: _page("".join(f"<iframe><b>一{k}</b></iframe>" for k in range(n))), 60_000
    ),
    "drawings, titles": Nasty(
        lambda n: _page("".join(f"<svg><title>一{k}</title></svg>" for k in range(n))), 60_000
    ),
    "drawings, texts": Nasty(
        lambda n: _page("<svg>" + "".join(f"<text>一{k}</text>" for k in range(n))), 60_000
    ),
    "meta elements that go on": Nasty(
        _heads("<meta http-equiv=refresh content='0;url=//a@.example/b'>"), 60_000
    ),
    "scripts that style": Nasty(
        _heads("<script>document.getElementById('a@').style.display='none'</script>"), 60_000
    ),
    "scripts around": Nasty(
        lambda n: _page("<script>document.write('<p hidden>')</script><b>一</b>" * n), 60_000
    ),
    "noscript, long": Nasty(lambda n: _page("<noscript>" + "<p>一</p>" * n), 600_000),
    "names of elements": Nasty(_numbered("<x{}>一</x{}>".replace("x{}>一", "x{0}>一").replace(
        "/x{}", "/x{0}")), 300_000),
    "alternative texts": Nasty(_numbered("<img alt='图{}' title='题{}'>".replace("题{}", "题{0}")
                                         .replace("图{}", "图{0}")), 250_000),
    "long values": Nasty(lambda n: _page(f"<img alt='{'开' * 2_000}'>" * n), 1_300, ("max_value",)),
    "one letter": Nasty(lambda n: _page("a" * n), 8_000_000, ("max_characters",)),
    "one word of letters, again": Nasty(lambda n: _page("casino " * n), 1_100_000,
                                        ("max_characters",)),
    "one Han character": Nasty(lambda n: _page("开" * n), 2_600_000, ("max_characters",)),
    "one Han bigram": Nasty(lambda n: _page("开云" * n), 1_300_000, ("max_characters",)),
    "one phrase of spam": Nasty(
        lambda n: _page("开云体育官网入口" * n), 300_000, ("max_characters",)
    ),
    "phrases of spam between breaks": Nasty(
        _repeated("<p>开云体育官网入口</p>"), 250_000, ("max_segments",), None, True
    ),
    "phrases of spam in links": Nasty(
        _numbered("<a href=/{}>开云体育官网入口</a>"), 200_000, ("max_segments",)
    ),
    "phrases of spam in clean text": Nasty(
        lambda n: _page("今天的天气很好我们去公园开云体育官网入口，" * n), 130_000,
        ("max_characters",),
    ),
    "garbled text": Nasty(
        lambda n: _page("昨兲仺們壹起厾叻公圎，嘚鉯壹個莈囿。" * n), 140_000, ("max_characters",)
    ),
    "Han characters in an order of chance": Nasty(
        lambda n: _page("".join(random.Random(n).choices(_han(20_000), k=n))), 2_600_000,
        ("max_characters",),
    ),
    "all Han characters": Nasty(lambda n: _page(_han(n)), 2_600_000, ("max_characters",)),
    "astral Han characters": Nasty(
        lambda n: _page("".join(chr(0x20000 + k % 40_000) for k in range(n))), 1_900_000,
        ("max_characters",),
    ),
    "spaces": Nasty(lambda n: _page(" " * n), 8_000_000),
    "places of one character": Nasty(
        lambda n: _page("开云体育官网入口" * 125 + ("开云体育官网入口" * 110 + "<b></b>") * n),
        80, (), None, True,
    ),
    "places of findings": Nasty(
        lambda n: _page("<p>开云体育官网入口 网</p><p>天气很好</p>" * n), 5_000, (), None, True
    ),
    "places behind tags": Nasty(
        lambda n: _page(_listed(300) + "<!--" + "> " * n + "-->"), 3_900_000, (), None, True
    ),
    "places, each begun everywhere": Nasty(
        lambda n: _page(_listed(300) + "<!--" + ">开云体育官网入口" * n + "-->"), 310_000,
        (), None, True,
    ),
    "places behind references": Nasty(
        lambda n: _page(_listed(300, "&#24320;") + "<!--" + "&lt" * n + "-->"), 2_600_000,
        (), None, True,
    ),
    "places of many pieces": Nasty(
        lambda n: _page("<table>" + "<b>一<tr>" * n), 6_000, (), None, True
    ),
    "places, and inline styles of colours": Nasty(
        lambda n: _page(
            _listed(300) + f"<!--{'> ' * 13 * n}-->" + "".join(
                f"<i style='color:rgb(0,{k >> 8},{k & 255});background:rgb(1,{k >> 8},{k & 255})'>"
                "</i>" for k in range(n)
            )
        ),
        80_000, (), None, True,
    ),
    "places, and inline styles of no colours": Nasty(
        lambda n: _page(
            _listed(300, "&#24320;") + f"<!--{'&lt' * 7 * n}-->"
            + "".join(f"<i style=color:{str(k).translate(_LETTERS)}></i>" for k in range(n))
        ),
        170_000, (), None, True,
    ),
    "places between tags": Nasty(
        lambda n: _page("<p>开云体育" + "<b><i>" * n + "</i></b>" * n + "官网入口</p>"), 900,
        (), None, True,
    ),
}  # fmt: skip
"""By name."""


def measured(name: str, detector: Detector) -> dict[str, object]:
    """Score one nasty in this process; return seconds of CPU time, MB of growth and limits."""
    nasty = NASTIES[name]
    page = nasty.make(nasty.size)
    detector.score(SPAM)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is what is resident now
    before, start = _peak(), time.process_time()
    result = detector.score(page, content_type=nasty.content_type, source_map=nasty.source_map)
    seconds = time.process_time() - start
    return {
        "seconds": seconds,
        "megabytes": (_peak() - before) / 1_000,
        "truncated": result.truncated,
        "spans": len(result.spans),
    }


def _peak() -> int:
    """Return the largest resident set so far, in kB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def _apart(name: str, model: str | None) -> dict[str, object]:
    """Return what ``measured`` says in a process of its own."""
    command = [sys.executable, __file__, "--one", name, *(["--model", model] if model else [])]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))

    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    if done.returncode:
        return {"error": done.stderr.strip().rpartition("\n")[2] or f"died ({done.returncode})"}
    told: dict[str, object] = json.loads(done.stdout)
    return told


def main() -> None:
    """Print the table, row by row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NASTY")
    parser.add_argument("--model", metavar="FOLDER")
    parser.add_argument("--one", metavar="NASTY", help="score it here and print what it cost")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.one, Detector.load(arguments.model))))
        return
    table = Table(title="Hostile pages")
    for column in ("page", "CPU s", "peak MB", "findings"):
        table.add_column(column, justify="left" if column == "page" else "right")
    table.add_column("cut at")
    for name in arguments.names or NASTIES:
        told = _apart(name, arguments.model)
        if "error" in told:
            table.add_row(name, "-", "-", "-", str(told["error"]))
        else:
            cut = ", ".join(map(str, told["truncated"]))  # type: ignore[call-overload]
            table.add_row(
                name, f"{told['seconds']:.2f}", f"{told['megabytes']:.0f}", str(told["spans"]), cut
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
