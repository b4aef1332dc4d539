"""The center's part of campaigns: who is dialled when, by whom, and what becomes of it. Pure."""
