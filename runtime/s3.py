"""Objects in S3 over boto3, its one owner. Its exceptions are translated here.

Credentials come from the environment, or wherever boto3 looks for them; they are in no plan, error or log. A failure
of S3 is a WarehouseError: it undoes the open transaction, which is tried again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    CredentialRetrievalError,
    HTTPClientError,
    MetadataRetrievalError,
)

from .errors import StopError, StreamplanError, WarehouseError
from .modes import Encryption
from .plan import Staging
from .settings import filled_staging

_ATTEMPTS = 3  # of one request; the transaction's own come on top
_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_SERVER_ERROR = 500
_SYSTEM = frozenset({"RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests"})
_OUT_OF_REACH = (ConnectionError, HTTPClientError, CredentialRetrievalError, MetadataRetrievalError)
_KEYS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object that is there; `size` in bytes."""

    key: str
    size: int
    changed: datetime


class Bucket:
    """A bucket, as far as keys under one prefix go. Raises WarehouseError X980, StopError X981."""

    def __init__(self, client: Any, settings: Staging) -> None:
        self._client = client
        self._bucket, _, self._prefix = settings.prefix.removeprefix("s3://").partition("/")
        self._encryption = _encryption(settings)

    def put(self, key: str, body: bytes) -> None:
        """Writes an object."""
        with _translated(self.address(key)):
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=body, **self._encryption)

    def remove(self, keys: Sequence[str]) -> None:
        """Removes objects, those that are not there with them."""
        for key in keys:
            with _translated(self.address(key)):
                self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def found(self, under: str) -> Iterator[Found]:
        """The objects whose keys begin so."""
        with _translated(self.address(under)):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + under):
                for one in page.get("Contents", ()):
                    key = one["Key"].removeprefix(self._prefix)
                    yield Found(key=key, size=one["Size"], changed=one["LastModified"])

    def address(self, key: str) -> str:
        """The key as COPY names it."""
        return f"s3://{self._bucket}/{self._prefix}{key}"


@contextmanager
def bucket(settings: Staging, environment: Mapping[str, str], attempts: int = _ATTEMPTS) -> Iterator[Bucket]:
    """The bucket of a plan's settings, while the `with` lasts. Raises StopError X901, X981."""
    found = filled_staging(settings, environment)
    with _translated(found.prefix), closing(_client(found, environment, attempts)) as client:
        yield Bucket(client, found)


def _client(settings: Staging, environment: Mapping[str, str], attempts: int) -> Any:
    keys = {name: environment[variable] for name, variable in _KEYS.items() if environment.get(variable)}
    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )
    return boto3.session.Session().client(
        "s3",
        region_name=settings.region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"),
        endpoint_url=settings.endpoint or environment.get("AWS_ENDPOINT_URL_S3") or None,
        config=config,
        **keys,
    )


def _encryption(settings: Staging) -> dict[str, str]:
    match settings.encryption:
        case Encryption.NONE:
            return {}
        case Encryption.SSE_S3:
            return {"ServerSideEncryption": "AES256"}
        case Encryption.SSE_KMS:
            return {"ServerSideEncryption": "aws:kms"} | ({"SSEKMSKeyId": settings.kms_key} if settings.kms_key else {})
        case _:
            assert_never(settings.encryption)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, ValueError) as error:
        raise _error(what, error) from None


def _error(what: str, error: Exception) -> StreamplanError:
    """What may pass is a WarehouseError; a missing bucket, a right or credentials that are not there are no such."""
    if isinstance(error, ClientError):
        code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        message, passes = f"{what}: S3 says {code}: {said}", status >= _SERVER_ERROR or code in _SYSTEM
    else:
        message, passes = f"{what}: {error}", isinstance(error, _OUT_OF_REACH)
    if passes:
        return WarehouseError("X980", message, help="the transaction was rolled back and nothing was lost")
    help_ = "check destination.staging in the spec, the bucket, and the credentials that the environment gives"
    return StopError("X981", message, help=help_)
