"""XML as a stream of elements through defusedxml: no entities, no document types, no tree in memory."""

from __future__ import annotations

from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString

from gatviz.errors import GatvizError, quote
from gatviz.files import limits

__all__ = ["ElementReader", "element", "parse_xml"]


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
                f"elements at most {limits.MAX_DEPTH} deep",
                "deeper ones",
                "flatten the file",
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


def parse_xml(data: bytes, where: str, reader: ElementReader) -> None:
    """Drive a reader over a file.

    Raises:
        GatvizError: not well-formed, a document type or entities in it, or an element beyond `limits.MAX_TEXT`.
    """
    _check_lengths(data, where)
    try:
        parseString(data, reader, forbid_dtd=True)
    except DefusedXmlException:
        raise GatvizError(
            where,
            "XML without a document type",
            "<!DOCTYPE …> (entities could be hidden there)",
            "delete everything from <!DOCTYPE to its >",
        ) from None
    except SAXParseException as error:
        raise GatvizError(
            f"{where}, line {error.getLineNumber()}, column {(error.getColumnNumber() or 0) + 1}",
            "well-formed XML",
            quote(error.getMessage()),
            "correct the file there",
        ) from None
    except (SAXException, LookupError, UnicodeError) as error:
        raise GatvizError(where, "well-formed XML", quote(str(error)), "save the file as UTF-8") from None
    except GatvizError:
        raise
    except ValueError as error:  # an encoding that the parser cannot take
        raise GatvizError(where, "well-formed XML", quote(str(error)), "save the file as UTF-8") from None


def _check_lengths(data: bytes, where: str) -> None:
    """No tag or text of megabytes: a tag's attributes would all be held at once."""
    place = 0
    while len(data) - place > limits.MAX_TEXT:
        ahead = data.rfind(b"<", place + 1, place + limits.MAX_TEXT)
        if ahead < 0:
            raise _too_long(where)
        place = ahead


def _too_long(where: str) -> GatvizError:
    return GatvizError(where, f"elements of at most {limits.MAX_TEXT:,} characters", "a longer one", "shorten it")


def element(name: str, attributes: dict[str, Any], content: str | None = None) -> str:
    """An element as text; `content` is text to be escaped, None for an empty element."""
    inside = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{inside}/>" if content is None else f"<{name}{inside}>{escape(content)}</{name}>"
