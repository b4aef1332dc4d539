"""What a page needs to register its phone (SIP over WebSocket, RFC 7118)."""

from __future__ import annotations

from tandem.agent_desktop.core.resources import Softphone, UserView
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.credentials import sip_password
from tandem.cti.model.ids import DeviceId


def softphone(settings: DesktopSettings, user: UserView, host: str) -> Softphone | None:
    """For a page that was loaded from ``host``; None for a user without a device."""
    if user.device is None:
        return None
    return Softphone(
        socket_url=settings.softphone_socket(host),
        uri=f"sip:{user.device}@{settings.sip_domain}",
        user=user.device,
        password=sip_password(settings.sip_secret, DeviceId(user.device)),
        display_name=user.name,
    )
