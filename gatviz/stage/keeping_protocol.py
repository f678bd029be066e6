"""What keeps the session in the browser is told, declared once, as `protocol` does for the stage."""

from __future__ import annotations

from gatviz.stage.protocol import Message


class Keeping(Message):
    """What the keeper on the page is told: whether there is something new to keep in the browser, and its answers."""

    server: str
    """Another one for every session of the server: after a reload, and after a restart."""
    place: int
    """Grows when other work takes this one's place on the screen: that of before stays kept, in a place of its own."""
    number: int
    """Grows with every change."""
    worth_keeping: bool
    heard: int
    """The last wish that was heard."""
    packed: int | None
    """The number of the change that `content` is of, a .gatviz file as base64."""
    content: str
    work_title: str
    """What its graph is called."""
    refused: str
    """Why something could not be opened or kept."""
    forget: int
    """Grows when all that is kept on this computer is to be forgotten."""
    texts: dict[str, str]
