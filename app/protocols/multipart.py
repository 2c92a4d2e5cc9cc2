"""Form fields of a multipart body: bytes that are no UTF-8 stay visible, where Flask would replace them."""

from __future__ import annotations

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from app.errors import InvalidParameter, MalformedRequest


def parse_multipart(body: bytes, boundary: str) -> list[tuple[str, str]]:
    """Return names and values; bytes that are no UTF-8 become lone surrogates.

    :raises MalformedRequest: it is cut, or no multipart body.
    :raises InvalidParameter: it has a file.
    """
    try:
        return _read(body, boundary)
    except (ValueError, RequestEntityTooLarge):
        raise MalformedRequest("The multipart body is cut or malformed") from None


def _read(body: bytes, boundary: str) -> list[tuple[str, str]]:
    decoder = MultipartDecoder(boundary.encode("latin-1"))
    decoder.receive_data(body)
    decoder.receive_data(None)
    pairs: list[tuple[str, str]] = []
    name, value = "", bytearray()
    while True:
        match decoder.next_event():
            case Epilogue():
                return pairs
            case NeedData():
                raise ValueError("the last boundary is missing")
            case File() as part:
                raise InvalidParameter(f"{part.name}: is a file")
            case Field() as part:
                if part.name is None:
                    raise InvalidParameter("A part of the form has no name")
                name, value = part.name, bytearray()
            case Data() as part:
                value += part.data
                if not part.more_data:
                    pairs.append((name, value.decode("utf-8", "surrogateescape")))
