"""What a report holds, declared once, as `protocol` does for the stage; it is sent by being in the file."""

from __future__ import annotations

from gatviz.stage.protocol import Answer, Message, Story
from gatviz.stage.screen_protocol import Screen


class TargetTold(Message):
    """All that is said of one node and of what it may read: W weightings, P sources, H heads."""

    sources: list[int]
    """[P] by number, those of pairs without an arrow too, where there is room for them."""
    of_node: list[Answer]
    """[W]"""
    of_pairs: list[list[Answer]]
    """[W][P]"""
    stories: list[list[Story | None]]
    """[H][P]"""


class ReportLayer(Message):
    """One attention layer: its screen as it opens, and what is said where nothing is locked, [W]."""

    title: str
    screen: Screen
    of_all: list[Answer]
    left_out: Answer
    """What is said of what there was no room for."""


class Chapter(Message):
    """What stands below the stage: sentences, then values by their names."""

    title: str
    sentences: list[str]
    values: list[tuple[str, str]]


class Report(Message):
    """A whole report; what is told of each target stands beside it, packed apart."""

    title: str
    line: str
    layers: list[ReportLayer]
    layer_at_start: int
    chapters: list[Chapter]
    texts: dict[str, str]
