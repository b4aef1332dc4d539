"""Which addresses a data dip may ask."""

from __future__ import annotations

import pytest

from tandem.ivr.adapters.addresses import AddressPolicy

PUBLIC = AddressPolicy()

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104
    "100.64.0.1", "100.100.100.200",  # shared address space; a cloud's metadata
    "169.254.169.254", "168.63.129.16", "192.0.0.192",  # clouds' metadata
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo to 127.0.0.1
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_whatever_it_looks_like(address: str) -> None:
    assert not PUBLIC.allows("a.example", address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_may_be_asked(address: str) -> None:
    assert PUBLIC.allows("a.example", address)


@pytest.mark.parametrize("address", ["localhost", "", "0x7f.1", "2130706433", "127.1", "a.example"])
def test_only_an_address_is_an_address(address: str) -> None:
    assert not PUBLIC.allows("a.example", address)


def test_what_the_installation_allows() -> None:
    policy = AddressPolicy.of(["CRM.internal", "10.1.2.0/24", "127.0.0.1", "fd00::/8", "[::1]"])
    assert policy.allows("crm.internal", "192.168.7.7")
    assert policy.allows("Crm.Internal", "169.254.169.254"), "a host that was named is trusted with its address"
    assert policy.allows("a.example", "10.1.2.200")
    assert policy.allows("a.example", "::ffff:10.1.2.200")
    assert policy.allows("a.example", "127.0.0.1")
    assert policy.allows("a.example", "fd12::1")
    assert policy.allows("a.example", "::1")
    assert policy.allows("a.example", "8.8.8.8")
    assert not policy.allows("a.example", "10.1.3.1")
    assert not policy.allows("crm.internal.thief.example", "192.168.7.7")


@pytest.mark.parametrize("entry", ["10.1.2.0/33", "10.1.2.5/24", "", "a/b", " crm"])
def test_half_a_network_is_an_error(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor a network"):
        AddressPolicy.of([entry])
