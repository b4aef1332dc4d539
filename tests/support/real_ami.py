"""A real Asterisk with the manager user and the little dialplan that the contract suite of the AMI link needs."""

from __future__ import annotations

from pathlib import Path

from tandem.cti.provision.asterisk import AsteriskInstall
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.ports import free_port

_DIALPLAN = """[contract]
exten => answer,1,Answer()
 same => n,Wait(60)
exten => hostile,1,Set(CALLERID(num)=${URIDECODE(${PAYLOAD})})
 same => n,Answer()
 same => n,Wait(60)
"""


class RealAmi:
    """The rights are those of Tandem's own manager user, and ``user`` for the events that the suite counts."""

    def __init__(self, install: AsteriskInstall, directory: Path) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.username, self.secret = "tandem", "s3cret"
        manager = f"""[general]
enabled = yes
bindaddr = 127.0.0.1
port = {self.port}
[{self.username}]
secret = {self.secret}
read = system,call,agent,user,agi,dtmf,reporting
write = call,originate,agi,agent,user,reporting
writetimeout = 5000
"""
        files = {"manager.conf": manager, "extensions.conf": _DIALPLAN, "rtp.conf": "[general]\n"}
        self._asterisk = AsteriskInstance(install, directory, files)
        self.system_name = self._asterisk.system_name

    async def start(self) -> None:
        await self._asterisk.start()

    async def stop(self) -> None:
        await self._asterisk.stop()

    async def kill(self) -> None:
        await self._asterisk.kill()

    async def restart(self) -> None:
        await self._asterisk.restart()
