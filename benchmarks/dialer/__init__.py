"""Policies of pacing side by side: the same contacts and agents for each."""
