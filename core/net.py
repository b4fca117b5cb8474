"""Where a request came from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - a name for “unknown”, nothing binds to it


def client_ip(request: HttpRequest) -> str:
    """The client's address, by the configured number of proxies.

    Each trusted proxy appends the address that it saw to X-Forwarded-For, so the client stands at
    the hop count from the right; whatever stands further left was written by the client itself.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops: int = settings.TRUSTED_PROXY_HOPS
    if hops:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        peer = chain[-hops] if len(chain) >= hops else peer
    return _normal(peer)


def _normal(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN  # a unix socket or rubbish
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
