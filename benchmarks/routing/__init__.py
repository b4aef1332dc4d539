"""A discrete-event benchmark of routing: ``python -m benchmarks.routing``. See docs/reference/performance.md."""
