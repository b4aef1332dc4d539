"""What an operator sees of the installation: its health."""

from __future__ import annotations

from pathlib import Path

from tandem.agent_desktop.core.resources import CheckReport
from tandem.cti.app.checks import check_installation
from tandem.cti.app.installation import Installation


class InstallationOperations:
    """Implements ``agent_desktop.ports.Operations``."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    @property
    def recordings_dir(self) -> Path:
        return self._installation.recordings_dir

    async def check(self) -> CheckReport:
        return CheckReport(checks=await check_installation(self._installation, serving=True))
