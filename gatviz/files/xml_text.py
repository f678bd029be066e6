"""XML as a stream of elements through defusedxml: no entities, no document types, no tree in memory.

And what GraphML and GEXF have in common: values written as text with a type beside it, and the attributes by which
gatviz knows features, labels and positions in its own files again, whatever they are called.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Sequence
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import quoteattr
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.encoding import ENCODINGS
from gatviz.files.graph_file import GraphFile
from gatviz.words import _

_WHOLE = re.compile(r"\s*[+-]?\d{1,19}\s*")
_INTEGER_TYPES = {"int", "integer", "long", "short", "byte"}
_NUMBER_TYPES = {"float", "double"}
_GAPS = ("", "nan", "na", "null", "none")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"']")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class ElementReader(ContentHandler):
    """Calls `start` and `end` with local names; `text` holds the text since the last `start`."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.path: list[str] = []
        self._text: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The text of the element that is ending."""
        return "".join(self._text)

    def needed(self, attributes: dict[str, str], key: str, of: str, n: int) -> str:
        """An attribute that an element cannot do without.

        Raises:
            GatvizError: it is not there; `of` is the message that says which element, the n-th, that is.
        """
        if key not in attributes:
            element = _(of).format(n=n)
            raise GatvizError(
                f"{self.where}, {element}",
                _("an attribute {key}").format(key=quote(key)),
                _("none"),
                _("add the {key}").format(key=key),
            )
        return attributes[key]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """From the parser."""
        self.path.append(name.rpartition(":")[2])
        if len(self.path) > limits.MAX_DEPTH:
            raise GatvizError(
                self.where,
                _("elements at most {most} deep").format(most=limits.MAX_DEPTH),
                _("deeper ones"),
                _("flatten the file"),
            )
        self._text, self._length = [], 0
        self.start(self.path[-1], dict(attrs.items()))

    def characters(self, content: str) -> None:
        """From the parser."""
        self._length += len(content)
        if self._length > limits.MAX_TEXT:
            raise _too_long(self.where)
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002
        """From the parser."""
        self.end(self.path.pop())
        self._text, self._length = [], 0


def parse_xml(file: GraphFile, reader: ElementReader) -> None:
    """Drive a reader over a file, in the encoding that is chosen, that it declares, or that its characters tell.

    Raises:
        GatvizError: not well-formed, a document type or entities in it, or an element beyond `limits.MAX_TEXT`.
    """
    where = file.where
    data = _as_utf8(file)
    _check_lengths(data, where)
    try:
        parseString(data, reader, forbid_dtd=True)
    except DefusedXmlException:
        raise GatvizError(
            where,
            _("XML without a document type"),
            _("<!DOCTYPE …> (entities could be hidden there)"),
            _("delete everything from <!DOCTYPE to its >"),
        ) from None
    except SAXParseException as error:
        raise GatvizError(
            _("{where}, line {line}, column {column}").format(
                where=where, line=error.getLineNumber(), column=(error.getColumnNumber() or 0) + 1
            ),
            _("well-formed XML"),
            quote(error.getMessage()),
            _("correct the file there"),
        ) from None
    except (SAXException, LookupError, UnicodeError) as error:
        raise GatvizError(where, _("well-formed XML"), quote(str(error)), _("save the file as UTF-8")) from None
    except GatvizError:
        raise
    except ValueError as error:  # an encoding that the parser cannot take
        raise GatvizError(where, _("well-formed XML"), quote(str(error)), _("save the file as UTF-8")) from None


def _as_utf8(file: GraphFile) -> bytes:
    """The bytes for the parser, which knows few encodings: as they are where it does, else as UTF-8."""
    declared = _DECLARED.match(file.data[:200])
    codec = _python_name(declared[1].decode("ascii")) if declared else "utf-8"
    if file.encoding is None and codec != "utf-8":
        if codec not in ENCODINGS or file.data.startswith(_WIDE):
            return file.data
        try:
            file.data.decode(codec)
        except UnicodeDecodeError:
            pass  # not what it declares: its characters tell
        else:
            file.encoding = codec
    text = file.decoded.text.lstrip("\ufeff")
    if file.decoded.encoding == "utf-8" and not file.decoded.notes:
        return file.data
    return _DECLARATION.sub("", text, count=1).encode("utf-8")


def _python_name(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name.replace("iso8859-1", "latin-1")
    except LookupError:
        return ""
    return {"gbk": "gb18030", "gb2312": "gb18030", "ascii": "utf-8", "shift_jis": "cp932", "euc_kr": "cp949"}.get(
        name, name
    )


def _check_lengths(data: bytes, where: str) -> None:
    """No tag or text of megabytes: a tag's attributes would all be held at once."""
    place = 0
    while len(data) - place > limits.MAX_TEXT:
        ahead = data.rfind(b"<", place + 1, place + limits.MAX_TEXT)
        if ahead < 0:
            raise _too_long(where)
        place = ahead


def _too_long(where: str) -> GatvizError:
    return GatvizError(
        where,
        _("elements of at most {most:,} characters").format(most=limits.MAX_TEXT),
        _("a longer one"),
        _("shorten it"),
    )


def element(name: str, attributes: dict[str, Any], inside: str = "") -> str:
    """An element as text; `inside` is XML already, attributes are escaped here."""
    told = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{told}>{inside}</{name}>" if inside else f"<{name}{told}/>"


def typed_value(text: str, kind: str, where: str) -> Any:
    """A value from its text and the name of its type; text of an unknown type stays text.

    Raises:
        GatvizError: the text is no value of that type.
    """
    bare = text.strip()
    if kind in _INTEGER_TYPES or kind in _NUMBER_TYPES:
        return _number_of(bare, kind in _INTEGER_TYPES, where) if bare.lower() not in _GAPS else None
    if kind in ("boolean", "bool") and bare:
        truth = _TRUTH.get(bare.lower())
        if truth is None:
            raise GatvizError(where, _("true or false"), quote(text), _("correct the value"))
        return truth
    return None if kind in ("boolean", "bool") else text


def _number_of(text: str, whole: bool, where: str) -> int | float:
    if _WHOLE.fullmatch(text) and text != "-0" and -(2**63) <= int(text) < 2**63:
        return int(text)
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (whole and abs(value) >= 2**63):
        expected = _("an integer of 64 bits") if whole else _("a finite number")
        raise GatvizError(where, expected, quote(text), _("correct the value"))
    return value


def type_of(values: Sequence[Any]) -> str:
    """The type that holds all values: "boolean", "long", "double" or "string"."""
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return "boolean"
    if types == {int} and all(-(2**63) <= value < 2**63 for value in values if value is not None):
        return "long"
    return "double" if types and types <= {int, float} else "string"


def element_text(value: Any) -> str:
    """A value as text that `typed_value` reads back."""
    return str(value).lower() if isinstance(value, bool) else str(value)
