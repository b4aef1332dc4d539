"""``tandem user``: people who may log in."""

from __future__ import annotations

import argparse
import getpass
import sys
from contextlib import AbstractAsyncContextManager

from tandem.agent_desktop.adapters.passwords import hash_password
from tandem.cti.app.command_words import say
from tandem.cti.app.terminal import language_of_terminal
from tandem.cti.model.errors import BadRequest
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database

_SHORTEST = 10

_PUT_USER = """
insert into users (login, name, role, device, language, password_hash) values ($1, $2, $3, $4, $5, $6)
on conflict (login) do update set name = excluded.name, role = excluded.role, device = excluded.device,
    language = excluded.language, password_hash = excluded.password_hash, active = true
"""
_HOLDER = "select login from users where device = $1 and login <> $2"


async def put_user(asked: argparse.Namespace, database: AbstractAsyncContextManager[str]) -> int:
    """Add or change one user; the password is asked for, or read as one line from standard input."""
    if asked.role == "agent" and not asked.device:
        raise BadRequest.because("phone_needed")
    language = language_of_terminal()
    password = getpass.getpass(say("password", language)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < _SHORTEST:
        raise BadRequest.because("password_short", least=_SHORTEST)
    async with database as url:
        await migrate(url)
        pool = Database(url, connections=1)
        await pool.open()
        try:
            if holder := await pool.fetch(_HOLDER, asked.device, asked.login):
                raise BadRequest.because("phone_taken", device=asked.device, holder=holder[0]["login"])
            hashed = hash_password(password)
            await pool.execute(_PUT_USER, asked.login, asked.name, asked.role, asked.device, asked.language, hashed)
        finally:
            await pool.close()
    print(say("may_log_in", language, login=asked.login, role=asked.role))
    if asked.role == "agent":
        print(say("then", language))
    return 0
