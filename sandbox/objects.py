"""Reads objects of an S3 that does not check who asks, as the warehouse's role would read them."""

from __future__ import annotations

import http.client
from urllib.parse import quote, urlsplit

# An S3 that keeps private objects from the nameless is content with any name.
_NAMED = {"Authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/s3/aws4_request, Signature=0"}
_SECONDS = 60
_FOUND = 200


class Unread(Exception):  # noqa: N818 - it says what S3 answered
    """The object cannot be read; the message is as COPY gives it."""


class Objects:
    """The objects of the S3 at an address, `http://host:port`."""

    def __init__(self, endpoint: str) -> None:
        self._host = urlsplit(endpoint).netloc

    def read(self, address: str) -> bytes:
        """The object at `s3://bucket/key`; raises Unread."""
        connection = http.client.HTTPConnection(self._host, timeout=_SECONDS)
        try:
            connection.request("GET", "/" + quote(address.removeprefix("s3://")), headers=_NAMED)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unread(f"S3ServiceException:{error},Status 0,Error Unreachable") from None
        finally:
            connection.close()
        if answer.status != _FOUND:
            raise Unread(f"S3ServiceException:{answer.reason},Status {answer.status},Error {answer.reason}")
        return body
