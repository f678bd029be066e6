"""`FileStart`: the beginning of a file, by which a format knows its own; its name helps where content says nothing."""

from __future__ import annotations

import re
from functools import cached_property

from gatviz.errors import GatvizError
from gatviz.files.encoding import decode
from gatviz.files.zip_members import MAGIC, Members

_LENGTH = 20_000
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


class FileStart:
    """What a format may look at.

    Attributes:
        data: all bytes of the file.
        where: the file's name.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where = data, where

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names of what is in a zip; none for other files.

        Raises:
            GatvizError: a broken or hostile zip.
        """
        if not self.data.startswith(MAGIC):
            return ()
        return tuple(info.filename for info in Members(self.data, self.where).infos)

    @cached_property
    def text(self) -> str:
        """Its first characters, without blanks and marks before them; nothing if it is no text."""
        try:
            return self.decoded()
        except GatvizError:
            return ""

    def decoded(self) -> str:
        """The same.

        Raises:
            GatvizError: it is no text.
        """
        return decode(self._whole_characters(), self.where)[0].lstrip("\ufeff \t\r\n")

    @cached_property
    def xml_root(self) -> str | None:
        """The first element of XML, in small letters, "" if there is none; None for other files."""
        if not self.text.startswith("<"):
            return None
        root = _ROOT.search(self.text)
        return root[1].lower() if root else ""

    def _whole_characters(self) -> bytes:
        """The beginning of a text, not within a character."""
        head = self.data[:_LENGTH]
        if len(self.data) > _LENGTH and not self.data.startswith((b"\xff\xfe", b"\xfe\xff")):
            while head and head[-1] & 0xC0 == 0x80:
                head = head[:-1]
            head = head[:-1] if head and head[-1] >= 0xC0 else head
        return head
