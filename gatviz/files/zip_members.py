"""What zip files hold (and npz and torch files are zip files): sizes and names checked before anything is read."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.words import _

MAGIC = b"PK\x03\x04"
_BAD_ZIP = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
    *(OverflowError, struct.error, zlib.error, lzma.LZMAError),
)
"""What zipfile and its decompressors raise for broken files, as far as they are known to."""


class Members:
    """The members of a zip file, each readable within the caps.

    Raises:
        GatvizError: not a zip, too many members, or more bytes than `limits.MAX_UNPACKED` once unpacked.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.where = where
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _BAD_ZIP as error:
            raise self._broken(error) from None
        self.infos = [info for info in infos if not info.filename.endswith("/")]
        if len(infos) > limits.MAX_MEMBERS:
            raise GatvizError(
                where,
                _("at most {most} files in it").format(most=limits.MAX_MEMBERS),
                f"{len(infos):,}",
                _("pack only the graph"),
            )
        total = sum(info.file_size for info in infos)
        if total > limits.MAX_UNPACKED:
            raise GatvizError(
                where,
                _("at most {most} MB once unpacked").format(most=limits.MAX_UNPACKED // 10**6),
                _("{size:,.0f} MB").format(size=total / 10**6),
                _("keep a part of the graph"),
            )
        for info in infos:
            self._check(info)

    def _check(self, info: zipfile.ZipInfo) -> None:
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise GatvizError(
                f"{self.where}, {quote(info.filename)}",
                _("files inside the zip's own folder"),
                _("a path out of it"),
                _("pack the files again"),
            )
        if info.flag_bits & 0x1:
            raise GatvizError(
                f"{self.where}, {quote(info.filename)}", _("a file without a password"), _("one"), _("pack it without")
            )

    def read(self, info: zipfile.ZipInfo, most: int = limits.MAX_UNPACKED) -> bytes:
        """A member's bytes, of which there are as many as its entry says."""
        if info.file_size > most:
            raise GatvizError(
                f"{self.where}, {quote(info.filename)}",
                _("at most {most} MB").format(most=most // 10**6),
                _("{size:,.0f} MB").format(size=info.file_size / 10**6),
                _("keep a part of the graph"),
            )
        try:
            with self._zip.open(info) as member:
                content = member.read(info.file_size + 1)
        except _BAD_ZIP as error:
            raise self._broken(error) from None
        if len(content) != info.file_size:
            raise self._broken(_("a member is longer than its entry says"))
        return content

    def head(self, info: zipfile.ZipInfo, length: int) -> bytes:
        """The first bytes of a member."""
        try:
            with self._zip.open(info) as member:
                return member.read(length)
        except _BAD_ZIP as error:
            raise self._broken(error) from None

    def _broken(self, reason: object) -> GatvizError:
        return GatvizError(self.where, _("a whole zip file"), quote(str(reason)), _("save or download it again"))
