"""For all tests: Hypothesis without deadlines, because the machine is shared and a slow moment is no defect; and with
the same examples in every run, because a change is not to be refused for what another one brought. Commands speak
English, in whatever language whoever runs the tests reads.

What nobody has thought of is looked for by hand, with other examples each time: ``make search``, or a test alone with
TANDEM_HISTORIES=20000.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("tandem", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("search" if "TANDEM_HISTORIES" in os.environ else "tandem")

os.environ["LC_ALL"] = "C.UTF-8"
