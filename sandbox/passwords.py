"""Passwords of users: what Redshift is told, what is kept of it, and what a client that knows one answers.

Kept is a hash as CREATE USER takes it, in a setting of the user's own (`SETTING`), which the server has for all
databases and undoes with its transaction. The sandbox's own password opens every user too: one with PASSWORD DISABLE
comes in through IAM on Redshift, which cannot be had here. **A password in the clear is never kept.**
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TypeAlias

from . import wire

PASSWORD = "Sandbox1"  # noqa: S105 - documented, and of use on this machine's loopback only
SETTING = "redshift.password"
_MD5, _SHA256 = "md5", "sha256"
_MD5_LETTERS = len(_MD5) + 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Asks with AuthenticationMD5Password. `known` are the digests of password and user, in hex, that open."""

    known: tuple[str, ...]
    salt: bytes

    @property
    def request(self) -> bytes:
        """The message that asks."""
        return wire.md5_request(self.salt)

    def is_opened_by(self, code: bytes, answer: bytes) -> bool:
        """Whether the client knows a password; its answer is a message's code and body."""
        given = answer.rstrip(b"\0")
        return code == b"p" and given in {wire.md5_answer(digest, self.salt) for digest in self.known}


@dataclass(frozen=True, slots=True, kw_only=True)
class Salted:
    """Asks with Redshift's digest of a salted password. `known` are sha256 of password and salt that open."""

    known: tuple[bytes, ...]
    salt: bytes
    nonce: bytes

    @property
    def request(self) -> bytes:
        """The message that asks."""
        return wire.digest_request(self.salt, self.nonce)

    def is_opened_by(self, code: bytes, answer: bytes) -> bool:
        """Whether the client knows a password; its answer is a message's code and body."""
        if code != b"d":
            return False
        given, nonce = wire.read_digest(answer)
        return given in {hashlib.sha256(digest + self.nonce + nonce).digest() for digest in self.known}


Challenge: TypeAlias = Plain | Salted


def kept(user: str, password: str) -> str:
    """What is kept of a password that CREATE USER is told: `md5<hex>` or `sha256|<hex>|<salt>` (r_CREATE_USER)."""
    kind, _, rest = password.partition("|")
    if kind == _SHA256 and "|" in rest:
        return password
    if kind == _SHA256:
        salt = os.urandom(16).hex()
        return "|".join((_SHA256, hashlib.sha256((rest + salt).encode()).hexdigest(), salt))
    if password.startswith(_MD5) and len(password) == _MD5_LETTERS:
        return password
    return _MD5 + wire.md5_of(user, password)


def challenge(user: str, hashed: str) -> Challenge:
    """How to ask a user of whom `hashed` is kept; "" where nothing is."""
    if hashed.startswith(_SHA256):
        _, digest, salt = hashed.split("|", 2)
        own = hashlib.sha256((PASSWORD + salt).encode()).digest()
        return Salted(known=(_bytes(digest), own), salt=salt.encode(), nonce=os.urandom(16).hex().encode())
    return Plain(known=(hashed.removeprefix(_MD5).lower(), wire.md5_of(user, PASSWORD)), salt=os.urandom(4))


def _bytes(digest: str) -> bytes:
    """The digest, or nothing that any client answers with where it is not one."""
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
