"""The desktop's own errors, within the tree of ``tandem.cti.model.errors``.

Forbidden
|- NotLoggedIn               no session, or it is over: log in (again)
|- WrongPassword             this log-in name and password do not belong together
`- ForeignOrigin             the request was made by another site's page
BadRequest
|- TooLarge                  the body is larger than anything we ask for
|- NoSuchRoute               no such path, or not with this method
`- BadSetting                a setting of the desktop that cannot work
WrongState
|- PlanChanged              somebody else applied a routing plan since this one was edited
|- CampaignChanged          somebody else changed the campaign since it was read
|- CampaignRefused          a campaign with errors is not started; it is not in a state for that
`- FlowRefused              a version with errors or failing tests does not go live; nothing to roll back to
LimitReached
`- TooManyAttempts           rate limit; ``retry_after_s``
Unavailable
`- PortTaken                 another process listens there; names the port and the setting
"""

from __future__ import annotations

from tandem.cti.model.errors import BadRequest, Forbidden, LimitReached, Unavailable, WrongState


class NotLoggedIn(Forbidden):
    code = "not_logged_in"


class WrongPassword(Forbidden):
    code = "wrong_password"


class ForeignOrigin(Forbidden):
    code = "foreign_origin"


class TooLarge(BadRequest):
    code = "too_large"


class NoSuchRoute(BadRequest):
    code = "no_such_route"


class BadSetting(BadRequest):
    code = "bad_setting"


class PlanChanged(WrongState):
    code = "plan_changed"


class CampaignChanged(WrongState):
    code = "campaign_changed"


class CampaignRefused(WrongState):
    code = "campaign_refused"


class FlowRefused(WrongState):
    code = "flow_refused"


class TooManyAttempts(LimitReached):
    code = "too_many_attempts"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PortTaken(Unavailable):
    code = "port_taken"
    retryable = False

    def __init__(self, *, address: str, port: int, setting: str) -> None:
        super().__init__(
            f"Port {port} on {address} is taken by another process: end that process, or choose another port "
            f"with the setting {setting}."
        )
        self.said = {"zh": f"{address} 的端口 {port} 已被其他程序占用：请结束该程序，或用设置 {setting} 选另一个端口。"}
        self.port = port
        self.setting = setting
