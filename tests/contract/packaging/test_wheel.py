"""The wheel: who installs it needs no Node, and finds everything in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_wheel_holds_pages_schema_and_demo(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("tandem_cti-*.whl")
    with zipfile.ZipFile(wheel) as content:
        names = set(content.namelist())
        pages = content.read("tandem/agent_desktop/web_dist/index.html").decode()
    for wanted in (
        "tandem/py.typed",
        "tandem/cti/storage/schema.sql",
        "tandem/cti/app/demo_flow.yaml",
        "tandem/cti/app/demo_bank.yaml",
        "tandem/cti/app/demo_show.sql",
        "tandem/cti/app/demo_flows/bank/identify.yaml",
        "tandem/cti/app/demo_flows/bank/main.test.yaml",
        "tandem/cti/app/demo_flows/survey/main.yaml",
        "tandem/cti/app/probe.xml",
    ):
        assert wanted in names, f"{wanted} is not in the wheel"
    assert any(name.endswith(".sql") and "/migrations/" in name for name in names)
    assert any(name.startswith("tandem/agent_desktop/web_dist/assets/") and name.endswith(".js") for name in names)
    assert '<div id="root">' in pages
    assert not [name for name in names if "node_modules" in name or name.startswith("tandem/agent_desktop/web/")]
