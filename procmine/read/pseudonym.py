"""Pseudonyms: names of cases and caseworkers leave the import as keyed hashes; the key stays outside every study.

A pseudonym is ``base32(HMAC-SHA-256(key, project, field, value))``, 26 signs of it: without the key nobody can try out
client numbers (plain hashes of them fall in seconds), with it the next delivery of the same person gets the same
pseudonym. Procedure and reasons: EDPB Guidelines 01/2025 on pseudonymisation (keyed function, secret kept apart).
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from procmine.errors import InputError

SECRET_BYTES = 32
LENGTH = 26
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LOST = "Without this key no later delivery can be joined to this one: keep it, apart from the logs."


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A secret and its name, which is the project it is for. Never shown: it has no text of its own."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.name!r})"

    def pseudonym(self, field: str, value: str) -> str:
        """The pseudonym of one value of one field.

        >>> Key("demo", bytes(32)).pseudonym("case", "BG 1")
        'JGRGZ4HMD42UAF3N6SHKQHKIOG'
        """
        message = "\0".join((self.name, field, value)).encode("utf-8", "surrogatepass")
        return base64.b32encode(hmac.digest(self.secret, message, "sha256")).decode("ascii")[:LENGTH]

    def pseudonyms(self, field: str, values: Iterable[str]) -> list[str]:
        """The pseudonyms of many values, in their order."""
        head = f"{self.name}\0{field}\0".encode()
        made = (hmac.digest(self.secret, head + value.encode("utf-8", "surrogatepass"), "sha256") for value in values)
        return [base64.b32encode(digest).decode("ascii")[:LENGTH] for digest in made]

    @property
    def fingerprint(self) -> str:
        """Tells two keys apart without telling anything of them."""
        return self.pseudonym("fingerprint", "")[:12]


def keys_folder() -> Path:
    """Where keys lie: the user's own settings folder, outside every study and log store."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Roaming") / "procmine" / "keys"
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "procmine" / "keys"


def load_key(name: str, apart_from: Iterable[Path] = ()) -> Key:
    """The key of a project, made at first use. Raises InputError where it lies open to others, or in a study."""
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name for a key.", hint="Use small letters, digits, - and _.")
    folder = keys_folder()
    path = folder / f"{name}.key"
    for place in apart_from:
        if path.resolve().is_relative_to(place.resolve()):
            raise InputError(
                "The key would lie in the folder it protects.", where=str(path), hint="Keep keys and logs apart."
            )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = _made(path) or _kept(path)
    except OSError as fault:
        raise InputError(
            f"The key for pseudonyms cannot be kept: {fault.strerror or fault}.", where=str(path), hint=_LOST
        ) from fault
    return Key(name, secret)


def _made(path: Path) -> bytes | None:
    """A new secret in a file that only its owner reads; None where there is one already."""
    if path.exists():
        return None
    secret = secrets.token_bytes(SECRET_BYTES)
    # Written whole beside its place and linked there: a second process meanwhile finds all of a key or none.
    fresh = path.with_name(f"{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret.hex().encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return None
    finally:
        fresh.unlink(missing_ok=True)
    return secret


def _kept(path: Path) -> bytes:
    """The secret of a key file. Raises InputError where others may read it, or where it is none."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name != "nt" and mode & 0o077:
            raise InputError(
                f"The key can be read by others (mode {mode:04o}).",
                where=str(path),
                hint=f"If nobody has seen it: chmod 600 {path.name}. Else make a new one and import again.",
            )
        text = file.read(4 * SECRET_BYTES)
    try:
        secret = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise InputError(
            f"This is no key: {2 * SECRET_BYTES} hexadecimal digits are expected.", where=str(path), hint=_LOST
        )
    return secret
