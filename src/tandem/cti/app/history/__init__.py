"""The time machine: every input kept, a day run again, a day under another plan, staffing and forecast."""
