import pytest
from django.test import RequestFactory

from core.net import client_ip


def address(settings, hops: int, peer: str, forwarded: str | None) -> str:
    settings.TRUSTED_PROXY_HOPS = hops
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_ip(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),  # no proxy is trusted: the header is the client's own words
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the client wrote the left one itself
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # fewer hops than configured: somebody walked around a proxy
        (1, None, "0.0.0.0"),
        (1, "rubbish", "0.0.0.0"),
        (1, "203.0.113.9:4711", "0.0.0.0"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:DB8::0001", "2001:db8::1"),
        (1, "203.0.113.9\x00", "0.0.0.0"),
    ],
)
def test_the_client_is_what_the_trusted_proxies_saw(settings, hops, forwarded, expected):
    assert address(settings, hops, "192.0.2.1", forwarded) == expected


@pytest.mark.parametrize(("peer", "expected"), [("", "0.0.0.0"), ("::ffff:192.0.2.1", "192.0.2.1"), ("::1", "::1")])
def test_the_peer_has_one_spelling(settings, peer, expected):
    assert address(settings, 0, peer, None) == expected
