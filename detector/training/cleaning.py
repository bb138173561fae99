"""Natural text made clean: lines without markup, in their own language, of what sells nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

__all__ = ["MAX_PARAGRAPH", "is_in_language", "is_poisoned", "looks_promotional", "plain_lines"]

MAX_PARAGRAPH = 420
"""Paragraphs longer than this many code points are cut at sentence ends."""

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
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "fa": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u0963]"),
}
# In languages of Latin script: the commonest words, or letters that English has not.
_ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|this|that|with|from|you|your|by|it|was|to|for|not|will)\b", re.I
)
_LATIN = {
    "de": re.compile(r"\b(?:der|die|das|und|ist|ein|eine|nicht|sie|zu|mit|den|für|von)\b|[äöüß]"),
    "es": re.compile(r"\b(?:el|la|los|las|de|del|que|un|una|en|es|por|para|se)\b|[ñáéíóú]"),
    "pt": re.compile(r"\b(?:o|os|as|de|do|da|que|um|uma|em|para|se|não)\b|[ãõçáéíóú]"),
    "fr": re.compile(r"\b(?:le|la|les|de|du|des|et|un|une|est|pour|dans|que|vous)\b|[àâçèéêîôû]"),
    "it": re.compile(r"\b(?:il|lo|la|gli|di|del|della|e|un|una|per|che|non|si)\b|[àèéìòù]"),
    "tr": re.compile(r"\b(?:ve|bir|bu|için|ile|da|de|olarak|ne|her)\b|[ğışçöüİ]"),
    "id": re.compile(r"\b(?:yang|dan|di|ini|itu|untuk|dengan|dari|pada|atau|ke|akan|tidak|anda)\b"),
    "vi": re.compile(r"[ăâđêôơưạ-ỹàáãèéìíòóõùúý]"),
}


def plain_lines(block: str) -> Iterator[str]:
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


def is_in_language(text: str, lang: str) -> bool:
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


def is_poisoned(title: str, paragraphs: Sequence[str]) -> bool:
    """Say whether a document sells something, has a spammer's title, or is spun."""
    if _POISONED_TITLE.search(title) or _POISONED_TITLE.search(paragraphs[0][:80]):
        return True
    return any(looks_promotional(text) or _SPUN.search(text) for text in (title, *paragraphs))
