"""Decisions of outbound campaigns: who may be called, how many calls to launch, what comes after an attempt. Pure."""
