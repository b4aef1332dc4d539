"""How often somebody may try: token buckets per key, with a bound on the number of keys. Pure: time comes in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``burst`` attempts at once, then one every ``interval_s``."""

    burst: int
    interval_s: float


class RateLimit:
    """A bucket of ``rate.burst`` tokens per key. The least recently used keys are forgotten beyond ``max_keys``."""

    def __init__(self, rate: Rate, *, max_keys: int = 10_000) -> None:
        self._rate = rate
        self._max_keys = max_keys
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        """When the key's bucket will be full again; a key that is not here has a full one."""

    def take(self, key: Hashable, now: float) -> float:
        """0.0 when the attempt is allowed (it is counted), else the seconds until the next one is."""
        wait_s = self.wait_s(key, now)
        if wait_s > 0:
            return wait_s
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._rate.interval_s
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._max_keys:
            self._full_at.popitem(last=False)
        return 0.0

    def wait_s(self, key: Hashable, now: float) -> float:
        """Seconds until an attempt would be allowed; 0.0 = now."""
        room_s = (self._rate.burst - 1) * self._rate.interval_s
        return max(0.0, self._full_at.get(key, now) - now - room_s)

    def give_back(self, key: Hashable, now: float) -> None:
        """The attempt turned out to be a good one: it does not count."""
        if key in self._full_at:
            self._full_at[key] -= self._rate.interval_s
            if self._full_at[key] <= now:
                del self._full_at[key]

    def __len__(self) -> int:
        return len(self._full_at)


def network_of(address: str) -> str:
    """Whom to count an address for: itself, or its /64 (one customer's line) when it is IPv6. '' when unreadable."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
