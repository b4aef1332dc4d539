"""For all tests: Hypothesis without deadlines, because the machine is shared and a slow moment is no defect."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")
