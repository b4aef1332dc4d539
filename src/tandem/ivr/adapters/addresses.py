"""Which addresses may be asked: those of the public internet, and what the installation allows (SSRF).

Sources: the IANA registries of special-purpose addresses (RFC 6890, as in ``ipaddress``), RFC 4291 section 2.5.5.2
(IPv4-mapped), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 6052 section 2.1 (64:ff9b::/96).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out of IPv6 so far."""
_MORE = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
"""Inside too, though not every Python counts the first as such: for protocols, and Azure's host, which answers to its
guests only. (Other clouds' metadata services have link-local, shared or private addresses.)"""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """``hosts``: in small letters; they may have any address. ``networks``: so may these addresses have any name."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, allowed: Iterable[str]) -> AddressPolicy:
        """Host names, addresses and networks (``10.1.2.0/24``) mixed. Raises ValueError for half a network."""
        hosts, networks = set(), []
        for entry in allowed:
            try:
                networks.append(ip_network(entry.strip("[]")))
            except ValueError:
                if "/" in entry or not entry or entry.strip() != entry:
                    raise ValueError(f'"{entry}" is neither a host nor a network such as 10.1.2.0/24') from None
                hosts.add(entry.lower())
        return cls(frozenset(hosts), tuple(networks))

    def allows(self, host: str, address: str) -> bool:
        """``address``: of ``host``, as it was resolved; only an address is looked at, however it may be written."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return (
            host.lower() in self.hosts
            or any(
                one in network
                for one in (found, _inner(found))
                for network in self.networks
                if one.version == network.version
            )
            or (_is_public(found) and _is_public(_inner(found)))
        )


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to; else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return True  # what it leads to counts
    if isinstance(address, IPv6Address):
        return address.is_global and address in _UNICAST
    return address.is_global and not address.is_multicast and not any(address in network for network in _MORE)
