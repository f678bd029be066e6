"""Which encoding a text is in that is not UTF-8: the one in which its characters are those that people write.

Short texts decide by few characters, so statistics of bytes do not help. Each encoding that can decode the text at all
is asked how usual the characters are that come out: the frequent ones of the language, the ones that its standard puts
first, letters where words have letters. (charset-normalizer finds six of ten tables of one to twenty rows.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_SAMPLE = 20_000
"""Bytes around characters beyond ASCII that are looked at."""
_RUN = re.compile(rb"[\x00-\x7f]*[^\x00-\x7f]+[\x00-\x7f]?")
_WORD = re.compile(r"[^\W\d_]+[^\x00-\x7f]*[^\W\d_]*|[^\x00-\x7f]+")

_FREQUENT, _USUAL, _RARE, _UNLIKELY = 1.3, 0.9, 0.2, -1.5

_CHINESE = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "张王李刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董程曹袁邓许傅沈曾彭吕苏卢蒋蔡魏贾丁薛叶阎余潘杜戴夏钟汪田任姜范"
    "源目标节点起终边权重类型名称编号标签特征京海广州深圳北南东西明华伟芳娜秀英敏静强磊军洋勇艳杰涛"
)
_TRADITIONAL = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所"
    "張王李劉陳楊趙黃周吳徐孫胡朱林何郭馬羅梁宋鄭謝韓唐馮董程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡魏賈丁薛葉閻余潘杜戴夏鍾汪田任姜范"
    "來源目標節點起終邊權重類型名稱編號標籤特徵臺北高雄中新竹南東西明華美玲志怡君淑芬雅婷家豪俊傑網路"
)
_JAPANESE = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開"
    "手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法山川村井藤木野佐高橋伊渡辺小林加吉"
    "始点終重源的名前番号種類特徴"
)
_KOREAN = frozenset(
    "이다의는에을가하고를은한로지사기도서인대어자리있시나아것해그들수일과으라정보만상전여주부장스제구적게성원무와동관국식조공"
    "계경면선생년방때문연우니까신소미중학발안물화산유실비체위말양재명교결문분용세모거거점마진민영김박최강조윤임한오신권황송류홍희"
    "철출발도착가중치노드네트워크울부대천친"
)
_WESTERN = frozenset("äöüßéèêëàâçîïôûùÿœæñíóúáãõìòåøðþýÄÖÜÉÈÊÀÂÇÎÔÛŒÆÑÍÓÚÁÃÕÅØÞ¿¡«»“”„‘’–—…°ºª²³€£§·©®")
_CENTRAL = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűăâîșțđĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÖÜŐŰĂÂÎĐ–—„”’…")


def _chinese(char: str) -> float:
    if char in _CHINESE:
        return _FREQUENT
    return _by_row(char, "gb2312", (0xB0, 0xD7), (0xA1, 0xA3))


def _traditional(char: str) -> float:
    if char in _TRADITIONAL:
        return _FREQUENT
    return _by_row(char, "big5", (0xA4, 0xC6), (0xA1, 0xA3))


def _japanese(char: str) -> float:
    name = unicodedata.name(char, "")
    if name.startswith("HALFWIDTH"):
        return _UNLIKELY
    if name.startswith(("HIRAGANA", "KATAKANA")) or char in _JAPANESE:
        return _FREQUENT
    return _by_row(char, "euc_jp", (0xB0, 0xCF), (0xA1, 0xA5))


def _korean(char: str) -> float:
    if char in _KOREAN:
        return _FREQUENT
    return _by_row(char, "euc_kr", (0xB0, 0xC8), (0xA1, 0xA3))


def _by_row(char: str, standard: str, first: tuple[int, int], marks: tuple[int, int]) -> float:
    """How usual a character is by where the language's standard lists it; what only extensions have is unlikely."""
    try:
        row = char.encode(standard)[0]
    except UnicodeEncodeError:
        return _UNLIKELY
    if first[0] <= row <= first[1]:
        return _USUAL
    return 0.5 if marks[0] <= row <= marks[1] else _RARE


def _each(usual: Callable[[str], float]) -> Callable[[str], float]:
    """The mean over the characters beyond ASCII."""

    def score(text: str) -> float:
        found = [usual(char) for char in text if char > "\x7f"]
        return sum(found) / len(found)

    return score


def _letters(known: frozenset[str]) -> Callable[[str], float]:
    """The mean over the characters of a Latin alphabet: known ones, with capitals at the beginning of words only."""

    def score(text: str) -> float:
        total, count = 0.0, 0
        for word in _WORD.findall(text):
            beyond = [place for place, char in enumerate(word) if char > "\x7f"]
            for place in beyond:
                char, before = word[place], word[place - 1 : place]
                inside_small = char.isupper() and before.islower()
                total += _UNLIKELY if inside_small else 1.0 if char in known else _UNLIKELY
            if len(beyond) > 1 and len(beyond) == len(word):  # no word of these languages is all accents
                total -= 2.0 * len(beyond)
            count += len(beyond)
        return total / max(count, 1)

    return score


def _cyrillic(text: str) -> float:
    total, count = 0.0, 0
    for word in _WORD.findall(text):
        beyond = [char for char in word if char > "\x7f"]
        count += len(beyond)
        letters = all("\u0400" <= char <= "\u04ff" for char in word)
        cased = word[1:].islower() or word.isupper() or len(word) == 1
        russian = all("а" <= char.lower() <= "я" or char in "ёЁ" for char in word)
        usual = 1.1 if russian else 0.8
        total += len(beyond) * (usual if letters and cased and len(word) > 1 else _UNLIKELY)
    return total / max(count, 1)


_CANDIDATES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("gb18030", _each(_chinese)),
    ("cp932", _each(_japanese)),
    ("cp1252", _letters(_WESTERN)),
    ("big5", _each(_traditional)),
    ("cp949", _each(_korean)),
    ("cp1251", _cyrillic),
    ("cp1250", _letters(_CENTRAL)),
    ("euc_jp", _each(_japanese)),
)


def likely_encodings(data: bytes) -> list[str]:
    """The names of Python's codecs that a text may be in, the likeliest first; `data` is not UTF-8."""
    sample = _sample(data)
    scores: list[tuple[float, str]] = []
    for codec, score in _CANDIDATES:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        scores.append((score(text), codec))
    scores.sort(key=lambda found: -found[0])
    return [codec for _score, codec in scores]


def _sample(data: bytes) -> bytes:
    """The stretches with bytes beyond ASCII, each with what stands around it, as far as `_SAMPLE` goes."""
    kept: list[bytes] = []
    size = 0
    for found in _RUN.finditer(data):
        piece = found[0]
        plain = len(piece) - len(piece.lstrip(bytes(range(128))))
        piece = piece[max(0, plain - 12) :]
        kept.append(piece)
        size += len(piece)
        if size > _SAMPLE:
            break
    return b"".join(kept)
