"""What a camera on a card of charts is told, declared once, as `protocol` does for the stage."""

from __future__ import annotations

from gatviz.stage.protocol import Message, Palettes


class CardCamera(Message):
    """A camera that takes a picture of all that is drawn on the card on which it stands."""

    card: str
    """Its key on the page."""
    graph_title: str
    subject: str
    caption: str
    """All of it but the date."""
    light: bool
    """Whether the card was drawn in light colours for a picture, whatever the page has."""
    ink: str
    """What is written on a card in light colours."""
    palettes: Palettes
    texts: dict[str, str]
