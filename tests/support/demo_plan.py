"""Routing plans for tests: the demo's, with other fields here and there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tandem.cti.app import demo_data


def demo_plan() -> dict[str, Any]:
    """As the demo has it. A center that has no history yet predicts long waits by it, and acts on that at once."""
    text = (Path(demo_data.__file__).parent / "demo_routing.yaml").read_text(encoding="utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    return plan


def patient_plan(queues: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """The demo's plan in which no prediction decides, with these fields of these queues."""
    plan = demo_plan()
    for name, queue in plan["queues"].items():
        for step in queue["steps"]:
            if isinstance(step, dict):
                step.pop("or_predicted_over", None)
        queue["overflow"] = [rule for rule in queue.get("overflow", ()) if "predicted" not in rule["when"]]
        queue.update((queues or {}).get(name, {}))
    return plan


def in_text(plan: Mapping[str, Any]) -> str:
    """To be applied: JSON is YAML."""
    return json.dumps(plan, ensure_ascii=False, indent=1)
