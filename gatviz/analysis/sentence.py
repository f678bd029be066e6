"""Sentences in pieces: words, and between them what they are about, which can be pointed at or marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from gatviz.analysis.subject import class_called, shortened


@dataclass(frozen=True)
class Node:
    """A node in a sentence, by number."""

    node: int


@dataclass(frozen=True)
class Number:
    """A number in a sentence, and the arrow (target, source) or the node that it belongs to.

    Attributes:
        sign: whether its sign is the message, so that a plus is written too.
    """

    value: float
    edge: tuple[int, int] | None = None
    node: int | None = None
    sign: bool = False


@dataclass(frozen=True)
class Mark:
    """What else stands out in a sentence, as it is written there; of a class its bare name, which has a colour too."""

    kind: Literal["class", "arrow", "number"]
    text: str

    @property
    def written(self) -> str:
        """It, in the sentence's words."""
        return class_called(self.text) if self.kind == "class" else self.text


Piece = str | Node | Number | Mark
Sentence = tuple[Piece, ...]
SentenceParts = dict[str, Piece | int]


def said(template: str, **parts: Piece | int) -> Sentence:
    """A sentence from its words, `_("node {source} gets {share}")`, and its parts."""
    pieces: list[Piece] = []
    for words, name, _spec, _conversion in Formatter().parse(template):
        pieces += [words] if words else []
        if name is not None:
            part = parts[name]
            pieces.append(str(part) if isinstance(part, int) else part)
    return tuple(pieces)


def joined(*sentences: Sentence) -> Sentence:
    """Several as one, a space between them."""
    there = [sentence for sentence in sentences if sentence]
    return tuple(piece for k, sentence in enumerate(there) for piece in ((" ",) if k else ()) + sentence)


def text_of(sentence: Sentence, names: Sequence[str] = ()) -> str:
    """The sentence in plain words: nodes by their names, numbers to three digits."""

    def text(piece: Piece) -> str:
        if isinstance(piece, Node):
            return shortened(names[piece.node])
        if isinstance(piece, Number):
            return f"{piece.value:{'+' if piece.sign else ''}.3g}"
        return piece.written if isinstance(piece, Mark) else piece

    return "".join(text(piece) for piece in sentence)
