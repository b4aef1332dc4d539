"""Recorded journeys replayed in a process of its own: an ``Order`` on standard input, the report on standard output."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress

import msgspec

from tandem.cti.app.flow_replay import Bundle, Order, report
from tandem.ivr.core.check import load_bundle
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.errors import FlowError

_ANYTHING = Catalog()


def main() -> int:
    logging.basicConfig(format="replay: %(levelname)s %(message)s")
    with suppress(OSError):
        os.nice(15)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    olds = {version: flow for version, bundle in order.olds.items() if (flow := _readable(bundle)) is not None}
    new = load_bundle(order.new.files, order.new.main, _ANYTHING, stored=True)
    sys.stdout.buffer.write(msgspec.json.encode(report(order, new, olds)))
    return 0


def _readable(bundle: Bundle) -> Flow | None:
    """None for a version that this Tandem does not take any more."""
    try:
        return load_bundle(bundle.files, bundle.main, _ANYTHING, stored=True)
    except FlowError as error:
        logging.warning("an earlier version cannot be read any more: %s", error)
        return None


if __name__ == "__main__":
    sys.exit(main())
