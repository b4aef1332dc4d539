"""Real parts on any Debian or Ubuntu machine: Asterisk, PostgreSQL, a network namespace, system packages.

Nothing in here knows of calls or agents. Everything works as root and as a plain user, needs no service of the host,
and leaves nothing running when its owner stops. Imported by ``tandem.cti.app`` and by the tests.
"""
