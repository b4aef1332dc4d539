"""Tests of flows as real calls: ``plan`` them, ``run_live``."""
