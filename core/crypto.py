"""Authenticated encryption of small secrets at rest, with the keys of FIELD_KEYS, newest first."""

import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def seal(secret: bytes) -> str:
    return _box().encrypt(secret).decode()


def unseal(sealed: str) -> bytes:
    """The secret again. Raises cryptography.fernet.InvalidToken when no key fits."""
    return _box().decrypt(sealed.encode())


def digest(secret: str) -> str:
    """SHA-256 of a random secret, for finding it again without keeping it."""
    return hashlib.sha256(secret.encode()).hexdigest()
