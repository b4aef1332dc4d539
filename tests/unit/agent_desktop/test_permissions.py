from __future__ import annotations

import pytest

from tandem.agent_desktop.adapters.routes import ROUTES
from tandem.agent_desktop.core.messages import Hello, PageCommand, PageMessage, WatchCallbacks
from tandem.agent_desktop.core.permissions import (
    COMMAND_ACTIONS,
    VIEW_ACTIONS,
    Action,
    Reach,
    allowed_actions,
    reach,
)
from tandem.cti.model.states import Role

EVERYONE = [None, *Role, "janitor"]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", EVERYONE)
def test_the_table_has_an_entry_for_every_action_and_role(action: Action, role: str | None) -> None:
    assert isinstance(reach(role, action), Reach)


def test_every_route_has_a_row() -> None:
    assert {route.action for route in ROUTES} <= set(Action)


def test_every_command_and_every_view_of_a_page_has_a_row() -> None:
    assert set(COMMAND_ACTIONS) == {WatchCallbacks, *PageCommand.__args__}
    assert set(PageMessage.__args__) == {Hello, WatchCallbacks, *PageCommand.__args__}
    assert set(VIEW_ACTIONS) == {"seat", "board"}


def test_every_action_is_asked_for_somewhere() -> None:
    asked = {route.action for route in ROUTES} | set(COMMAND_ACTIONS.values()) | set(VIEW_ACTIONS.values())
    assert asked == set(Action)


def test_without_a_log_in_only_what_a_log_in_needs_is_open() -> None:
    open_to_all = {action for action in Action if reach(None, action) is not Reach.NONE}
    assert open_to_all == {Action.READ_HEALTH, Action.READ_INTERFACE, Action.LOG_IN, Action.LOG_OUT}


def test_an_unknown_role_may_no_more_than_a_stranger() -> None:
    assert all(reach("janitor", action) is reach(None, action) for action in Action)


def test_agents_reach_only_what_is_their_own() -> None:
    own = {action for action in Action if reach("agent", action) is Reach.OWN}
    assert own == {
        Action.READ_CALLS,
        Action.READ_RECORDINGS,
        Action.READ_LINE,
        Action.CALL_BACK,
        Action.READ_WHY,
        Action.READ_TASKS,
        Action.DIAL,
        Action.READ_PROMISES,
        Action.CHANGE_PROMISES,
    }
    others = {
        action for role in ("supervisor", "operator", "admin") for action in Action if reach(role, action) == "own"
    }
    assert not others


def test_operators_neither_listen_to_customers_nor_read_about_them() -> None:
    may = set(allowed_actions("operator"))
    assert {"check", "read_flows", "open_board"} <= may
    assert not {"read_recordings", "read_customers", "create_customer", "finish_callback", "work_seat"} & may


def test_only_supervisors_and_administrators_have_to_do_with_the_routing_plan() -> None:
    for action in (Action.READ_ROUTING, Action.CHANGE_ROUTING, Action.STUDY, Action.CANCEL_TASK):
        assert [role for role in EVERYONE if reach(role, action) is not Reach.NONE] == [Role.SUPERVISOR, Role.ADMIN]
    assert not {"read_line", "call_back", "read_why", "read_tasks", "create_task"} & set(allowed_actions("operator"))


def test_agents_neither_see_nor_change_campaigns_and_operators_change_none() -> None:
    def who(action: Action) -> list[str | None]:
        return [role for role in EVERYONE if reach(role, action) is not Reach.NONE]

    assert who(Action.READ_CAMPAIGNS) == who(Action.FORBID_CALLS) == [Role.SUPERVISOR, Role.OPERATOR, Role.ADMIN]
    assert who(Action.CHANGE_CAMPAIGNS) == [Role.SUPERVISOR, Role.ADMIN]
    assert who(Action.READ_PROMISES) == who(Action.CHANGE_PROMISES) == [Role.AGENT, Role.SUPERVISOR, Role.ADMIN]
    assert who(Action.DIAL) == [Role.AGENT, Role.SUPERVISOR, Role.ADMIN]


def test_only_agents_work_a_seat() -> None:
    assert [role for role in EVERYONE if reach(role, Action.WORK_SEAT) is not Reach.NONE] == [Role.AGENT]
