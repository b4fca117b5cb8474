import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from core import crypto


@given(st.binary(max_size=200))
def test_a_sealed_secret_comes_back_and_shows_nothing(secret):
    sealed = crypto.seal(secret)

    assert crypto.unseal(sealed) == secret
    assert len(secret) < 4 or secret not in sealed.encode()


def test_the_same_secret_is_sealed_differently_each_time():
    assert crypto.seal(b"seed") != crypto.seal(b"seed")


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    before = crypto.seal(b"seed")

    settings.FIELD_KEYS = [new, old]

    assert crypto.unseal(before) == b"seed"
    after = crypto.seal(b"seed")
    settings.FIELD_KEYS = [new]
    assert crypto.unseal(after) == b"seed"
    with pytest.raises(InvalidToken):
        crypto.unseal(before)


def test_a_changed_secret_does_not_open():
    sealed = crypto.seal(b"seed")
    changed = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]

    with pytest.raises(InvalidToken):
        crypto.unseal(changed)
