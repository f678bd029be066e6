"""`GraphFile`: one file that a graph is read from, its bytes, its name and its text in the encoding found or chosen."""

from __future__ import annotations

import re
from functools import cached_property

from gatviz.errors import GatvizError
from gatviz.files.compression import plain_name, unpacked
from gatviz.files.encoding import Decoded, decode
from gatviz.files.zip_members import MAGIC, Members

_LENGTH = 20_000
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class GraphFile:
    """One file.

    Attributes:
        data: all bytes of the file, unpacked if it is one of gzip, bzip2 or xz.
        where: the file's name, for messages.
        encoding: the encoding chosen for its text; None: by content.

    Raises:
        GatvizError: a broken packed file, or one too large once unpacked.
    """

    def __init__(self, data: bytes, where: str, encoding: str | None = None) -> None:
        self.data, self.where, self.encoding = unpacked(data, where), where, encoding

    @property
    def name(self) -> str:
        """The name in small letters, without the ending of a packed file."""
        return plain_name(self.where).lower()

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
    def decoded(self) -> Decoded:
        """The whole text and what was decided about its encoding.

        Raises:
            GatvizError: it is no text.
        """
        return decode(self.data, self.where, self.encoding)

    @cached_property
    def start(self) -> str:
        """The first characters, without blanks and marks before them, by which a format knows its own; "" if no text.

        All characters of a short file; a multi-byte one may be cut at the end of a long one's.
        """
        try:
            if len(self.data) <= _LENGTH:
                return self.decoded.text.lstrip("\ufeff \t\r\n")
            wide = self.data.startswith(_WIDE) or b"\x00" in self.data[:_LENGTH]
            if self.encoding is None and not wide:
                return self.data[:_LENGTH].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
            return decode(self.data[:_LENGTH], self.where, self.encoding).text.lstrip("\ufeff \t\r\n")
        except GatvizError:
            return ""

    @cached_property
    def xml_root(self) -> str | None:
        """The first element of XML, in small letters, "" if there is none; None for other files."""
        if not self.start.startswith("<"):
            return None
        root = _ROOT.search(self.start)
        return root[1].lower() if root else ""
