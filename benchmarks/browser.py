"""What hides a text, told by Chromium: ``python benchmarks/browser.py --browser chromium``.

Shows the cases of ``tests/cases/hiding.json`` to a browser without a window, asks it of each text
whether it can be seen, and prints where extraction says something else. Some differences are meant:
what a script is likely to show, by turns or later; white text on a background that is not known;
what depends on the reader; gradients and shadows, and clips and letters of no size, which this does
not ask for; and a rule with one selector that nobody understands, which browsers drop.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

from detector.extract import extract

__all__ = ["main"]

CASES = Path(__file__).resolve().parent.parent / "tests" / "cases" / "hiding.json"
MOST_SECONDS = 120
ARGUMENTS = ("--headless", "--disable-gpu", "--window-size=1280,900", "--virtual-time-budget=8000",
             "--dump-dom")  # fmt: skip
SCRIPT = r"""
const shown = (low, high) => high - low > 1.5;
function hiddenBy(view, text) {
  const parent = text.parentElement, style = view.getComputedStyle(parent);
  if (!parent.checkVisibility()) return 'display';
  if (style.visibility != 'visible') return 'visibility';
  if (parseFloat(style.fontSize) < 2) return 'font-size';
  for (let e = parent; e; e = e.parentElement) {
    const s = view.getComputedStyle(e), placed = s.position == 'absolute' || s.position == 'fixed';
    if (parseFloat(s.opacity) == 0 || s.filter.includes('opacity(0)')) return 'opacity';
    if (/inset\((50|100)%\)|circle\(0/.test(s.clipPath)) return 'clipped';
    if (s.clip != 'auto' && placed) {
      const [top, right, bottom, left] = s.clip.match(/[-\d.]+px/g).map(parseFloat);
      if (!shown(left, right) || !shown(top, bottom)) return 'clipped';
    }
  }
  const range = text.ownerDocument.createRange();
  range.selectNodeContents(text);
  let boxes = [...range.getClientRects()].filter(b => b.width > 0 && b.height > 0);
  if (!boxes.length) return 'zero-size';
  boxes = boxes.filter(b => b.right + view.scrollX > 1 && b.bottom + view.scrollY > 1);
  if (!boxes.length) return 'off-screen';
  let position = style.position;
  for (let e = parent; e && e.parentElement && e.tagName != 'BODY'; e = e.parentElement) {
    const s = view.getComputedStyle(e), around = e.getBoundingClientRect();
    const cuts = (s.overflowX != 'visible' || s.overflowY != 'visible') && s.display != 'inline';
    const escapes = position == 'fixed' || (position == 'absolute' && s.position == 'static');
    if (cuts && !escapes) {
      boxes = boxes.filter(b =>
        shown(Math.max(b.left, around.left), Math.min(b.right, around.right)) &&
        shown(Math.max(b.top, around.top), Math.min(b.bottom, around.bottom)));
      if (!boxes.length) return 'zero-size';
    }
    if (s.position != 'static') position = s.position;
  }
  let behind = 'rgb(255, 255, 255)';
  for (let e = parent; e; e = e.parentElement) {
    const s = view.getComputedStyle(e), clear = s.backgroundColor == 'rgba(0, 0, 0, 0)';
    if (s.backgroundImage != 'none') behind = 'a picture';
    if (s.backgroundImage == 'none' && !clear) behind = s.backgroundColor;
    if (s.backgroundImage != 'none' || !clear) break;
  }
  return style.color == behind || style.color == 'rgba(0, 0, 0, 0)' ? 'same-colour' : '';
}
function told(frame) {
  const page = frame.contentDocument, texts = {};
  const walk = page.createTreeWalker(page.documentElement, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const words = node.textContent.trim();
    if (words && !['STYLE', 'SCRIPT', 'TEMPLATE'].includes(node.parentElement.tagName))
      texts[words] = hiddenBy(frame.contentWindow, node);
  }
  return texts;
}
onload = () => setTimeout(() => {
  const all = JSON.stringify([...document.querySelectorAll('iframe')].map(told));
  document.body.innerHTML = '<pre></pre>';
  document.querySelector('pre').textContent = all;
}, 500);
"""


def _seen(pages: Sequence[str], browser: Sequence[str]) -> list[dict[str, str]]:
    """Return what hides each text of each of ``pages`` in a browser, "" for nothing."""
    frames = "".join(
        f'<iframe width=1200 height=800 srcdoc="{escape(page)}"></iframe>' for page in pages
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.html"
        path.write_text(
            f"<!doctype html><meta charset=utf-8><body>{frames}<script>{SCRIPT}</script>",
            encoding="utf-8",
        )
        done = subprocess.run(
            [*browser, *ARGUMENTS, path.as_uri()],
            capture_output=True, text=True, timeout=MOST_SECONDS, check=True,
        )  # fmt: skip
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.S)
    if not found:
        raise ValueError("the browser told nothing")
    told: list[dict[str, str]] = json.loads(unescape(found.group(1)))
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the differences."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--browser", nargs="+", default=["chromium"], metavar="COMMAND")
    wanted = parser.parse_args(arguments)
    cases: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))
    texts = different = 0
    told = _seen([case["html"] for case in cases], wanted.browser)
    for case, seen in zip(cases, told, strict=True):
        page = extract(case["html"])
        own: dict[str, str] = {}
        for segment in page.segments:
            own.setdefault(page.text[segment.start : segment.end].strip(), segment.hidden_by)
        for text in own.keys() & seen.keys():
            texts += 1
            if bool(own[text]) != bool(seen[text]):
                different += 1
                print(
                    f"{case['name']}, {text}: {own[text] or 'shown'}, "
                    f"in the browser {seen[text] or 'shown'}"
                )
    print(f"{len(cases)} cases, {texts} texts, {different} told otherwise")
    return 0


if __name__ == "__main__":
    sys.exit(main())
