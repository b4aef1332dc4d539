"""Secrets that are computed, never stored: the server and the switch's configuration derive the same ones."""

from __future__ import annotations

import hmac

from tandem.cti.model.ids import DeviceId


def sip_password(secret: bytes, device: DeviceId) -> str:
    """The SIP password of a device: 32 hexadecimal digits (128 bits) of HMAC-SHA-256 (RFC 2104) under ``secret``.

    Whoever knows one password learns neither the secret nor another device's password. A new secret changes them all.
    """
    return hmac.new(secret, b"sip:" + device.encode(), "sha256").hexdigest()[:32]
