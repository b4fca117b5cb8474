"""Readers of the environment that say what to do when a value is missing or bad."""

import hashlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Literal, TypedDict
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ import Env

env = Env()


def integer(name: str, default: int, *, least: int, most: int) -> int:
    raw = env.str(name, default=str(default))
    try:
        value = int(raw)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {raw!r}. Set a whole number from {least} to {most}.")
    return value


def switch(name: str, *, default: bool) -> bool:
    raw = env.str(name, default="on" if default else "off").strip().lower()
    if raw in {"1", "on", "true", "yes"}:
        return True
    if raw in {"", "0", "off", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}. Set it to on or off.")


def secret(name: str, keep_in: Path, *, may_create: bool, kind: str = "text") -> str:
    """The value of `name`, of the file `name`_FILE, or of `keep_in`.

    The one-command system (`may_create`) makes the file on its first start, readable by its owner
    alone; a system with its own database must be told, so that web and worker share one value.
    """
    if value := env.str(name, default=""):
        return value
    path = Path(env.str(f"{name}_FILE", default=str(keep_in)))
    if path.is_file():
        return path.read_text().strip()
    if not may_create:
        raise ImproperlyConfigured(f"{name} is not set. {_HOW_TO_MAKE[kind].format(name=name)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    value = Fernet.generate_key().decode() if kind == "key" else secrets.token_urlsafe(50)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same start was faster
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
    return value


_HOW_TO_MAKE = {
    "text": (
        "Set it, or {name}_FILE, to at least 50 random characters:"
        ' python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    ),
    "key": (
        "Set it, or {name}_FILE, to one or more keys, newest first, separated by commas:"
        ' python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
    ),
}


def field_keys(raw: str) -> list[str]:
    keys = [key.strip() for key in raw.replace("\n", ",").split(",") if key.strip()]
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"FIELD_KEYS: key {position} is not valid. {_HOW_TO_MAKE['key'].format(name='FIELD_KEYS')}"
            ) from None
    return keys


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for part in filter(None, (p.strip() for p in env.str(name, default="").split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {error}. Write networks such as 192.0.2.0/24, separated by commas."
            ) from None
    return found


class MailServer(TypedDict):
    host: str
    port: int
    user: str
    password: str
    security: Literal["plain", "starttls", "tls"]


_SECURITY: dict[str, Literal["plain", "starttls", "tls"]] = {"smtp": "plain", "smtp+tls": "starttls", "smtps": "tls"}


def mail_server(name: str) -> MailServer | None:
    """Server of outgoing mail from an address such as smtp+tls://user:password@host:587.

    Schemes: smtp (plain), smtp+tls (STARTTLS, required), smtps (TLS from the first byte).
    None when it is not set: the product then keeps every mail and says so on its pages.
    """
    raw = env.str(name, default="").strip()
    if not raw:
        return None
    parts = urlsplit(raw)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} cannot be read. Write smtp://host:25, smtp+tls://user:password@host:587"
            " or smtps://user:password@host:465."  # the value itself may hold a password
        )
    return {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "security": _SECURITY[parts.scheme],
    }


def socket_path(wanted: Path) -> Path:
    """A path that fits a unix socket's address, the same for the same wish."""
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET:
        return wanted
    mark = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hodisa-{os.getuid()}-{mark}" / wanted.name


_LONGEST_SOCKET = 100  # bytes; sun_path holds 104 on macOS, 108 on Linux


def base_url(name: str, default: str) -> str:
    raw = env.str(name, default=default).rstrip("/")
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
        raise ImproperlyConfigured(f"{name} is {raw!r}. Write it as https://incidents.company.example")
    return raw
