"""Which network addresses may be asked: public ones only, whatever way an address is written.

A website's name comes from outside, so its DNS answer does too. Without this, a lead with the right domain
would make us read what only this network can see.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], tuple[str, ...]]
"""The numeric addresses of a host. Raises `OSError`, as `socket.getaddrinfo` does."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Special by RFC 6890 and its successors; named here because Python's own lists differ between its versions.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)


def is_public(text: str) -> bool:
    """Whether a numeric address is one that anybody on the internet may reach. False for what is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return False
    return all(_is_ordinary(a) for a in (address, *_carried(address)))


def _is_ordinary(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        # Judged by the address they carry.
        return True
    special = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    listed = any(address in network for network in _NEVER if network.version == address.version)
    return address.is_global and not special and not listed


def _carried(address: Address) -> Iterable[ipaddress.IPv4Address]:
    """The IPv4 addresses inside an IPv6 one: mapped, compatible, NAT64, 6to4 or Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    low = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return (
        *((address.ipv4_mapped,) if address.ipv4_mapped is not None else ()),
        *((low,) if address in _NAT64 or address in _COMPATIBLE else ()),
        *((address.sixtofour,) if address.sixtofour is not None else ()),
        *(address.teredo or ()),
    )


def system_addresses(host: str, port: int) -> tuple[str, ...]:
    """What this machine's resolver says, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
