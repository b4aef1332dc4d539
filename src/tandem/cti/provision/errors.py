"""What can go wrong while getting the real parts.

ProvisionError               a part could not be had; the message says what to do about it
|- PartMissing               a program or package is not installed
|- BuildFailed               a download or an unpacking did not work (no network, no disk)
`- StartFailed               the part is there but did not come up; the message ends with its last log lines
"""

from __future__ import annotations

from tandem.cti.model.errors import Category, CtiError


class ProvisionError(CtiError):
    code = "provision_failed"
    category = Category.UNAVAILABLE


class PartMissing(ProvisionError):
    code = "part_missing"
    category = Category.RESOURCE_MISSING


class BuildFailed(ProvisionError):
    code = "build_failed"
    retryable = True


class StartFailed(ProvisionError):
    code = "start_failed"
