"""Settings of a test run: a directory of its own, quick passwords, no broker, no mail server.

`TEST_DATABASE` is empty for SQLite (a file, so that threads share it) or the address of a PostgreSQL
server, such as postgres://postgres@127.0.0.1:5432/hodisa; the run makes and drops a database beside it.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

# Set, not removed: config.settings would read what is missing from an .env file.
_RUN_DIR = Path(tempfile.mkdtemp(prefix="hodisa-tests-"))
atexit.register(shutil.rmtree, _RUN_DIR, ignore_errors=True)
os.environ |= {
    "DATA_DIR": str(_RUN_DIR),
    "DATABASE_URL": os.environ.get("TEST_DATABASE", ""),
    "SECRET_KEY": Fernet.generate_key().decode(),
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "REDIS_URL": "memory://",
    "EMAIL_URL": "",
    "DEBUG": "off",
    "PORT": "8000",
    "BASE_URL": "http://localhost:8000",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "ADMIN_NETWORKS": "",
    "TRUSTED_PROXY_HOPS": "0",
    "TIME_ZONE": "Asia/Tashkent",
}

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, IS_EMBEDDED, STATIC_ROOT, STORAGES  # noqa: E402

if IS_EMBEDDED:
    DATABASES["default"]["TEST"] = {"NAME": str(_RUN_DIR / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    # No test pulls the plug: what FULL costs is spent on the disk alone.
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir()
