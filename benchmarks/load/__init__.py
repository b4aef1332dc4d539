"""The load run: a whole floor against the real Asterisk, and three sides that must agree on what became of each call.

``python -m benchmarks load`` (ten minutes of calls), or, in a network of one's own, ``python -m benchmarks.load`` with
other sizes. See docs/reference/performance.md.
"""
