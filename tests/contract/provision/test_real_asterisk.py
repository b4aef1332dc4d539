"""A real Asterisk in folders of its own: SIP, WebSocket, TLS, sound, recording, and how it starts and ends."""

from __future__ import annotations

import asyncio
import datetime
import signal
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tandem.cti.provision.asterisk import AsteriskInstall, default_cache_dir, find_or_build
from tandem.cti.provision.asterisk_conf import FORBIDDEN_MODULES
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.errors import StartFailed
from tandem.cti.provision.ports import free_port
from tandem.cti.provision.processes import is_alive, send, wait_gone


class Ports:
    """Free loopback ports."""

    def __init__(self) -> None:
        self.ami, self.http, self.https = (free_port(socket.SOCK_STREAM) for _ in range(3))
        self.sip = free_port(socket.SOCK_DGRAM)


def files(ports: Ports, certificate: Path) -> dict[str, str]:
    return {
        "manager.conf": (
            f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={ports.ami}\n"
            "[probe]\nsecret=probe\nread=system,call,user\nwrite=originate,call,system\n"
        ),
        "http.conf": (
            f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={ports.http}\n"
            f"tlsenable=yes\ntlsbindaddr=127.0.0.1:{ports.https}\ntlscertfile={certificate}\ntlsprivatekey={certificate}\n"
        ),
        "pjsip.conf": (
            f"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{ports.sip}\n"
            "[ws]\ntype=transport\nprotocol=ws\nbind=127.0.0.1\n"
            "[wss]\ntype=transport\nprotocol=wss\nbind=127.0.0.1\n"
            "[anonymous]\ntype=endpoint\ncontext=probe\ndisallow=all\nallow=ulaw,opus\n"
        ),
        "extensions.conf": (
            "[probe]\nexten => record,1,Answer()\n same => n,MixMonitor(${ARG_FILE})\n"
            " same => n,Playback(hello-world)\n same => n,MusicOnHold(default,2)\n same => n,Hangup()\n"
        ),
    }


@pytest.fixture(scope="session")
def install() -> AsteriskInstall:
    return find_or_build(default_cache_dir(), print)


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pbx.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def asterisk(
    install: AsteriskInstall, ports: Ports, certificate: Path, tmp_path: Path
) -> AsyncIterator[AsteriskInstance]:
    async with AsteriskInstance(install, tmp_path / "pbx", files(ports, certificate)) as instance:
        yield instance


async def ami(port: int, *actions: str) -> str:
    """Log in, send actions, read until the last one has been answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["Action: Login\r\nUsername: probe\r\nSecret: probe\r\nEvents: off", *actions, "Action: Logoff"]
    writer.write("".join(f"{line}\r\n\r\n" for line in lines).encode())
    text = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    return text.decode()


async def test_it_boots_without_a_complaint_and_without_a_way_onto_the_host(asterisk: AsteriskInstance) -> None:
    assert asterisk.complaints() == []
    listed = await asterisk.rx("module show")
    loaded = {line.split()[0].removesuffix(".so") for line in listed.splitlines() if ".so " in line}
    assert len(loaded) > 120
    assert loaded & FORBIDDEN_MODULES == set()
    assert {"chan_pjsip", "app_queue", "app_mixmonitor", "res_agi", "res_srtp", "codec_ulaw", "app_read"} <= loaded
    assert "No such command" in await asterisk.rx("channel originate Local/1@x application Wait")


async def test_ami_answers_and_carries_the_secret_system_name(asterisk: AsteriskInstance, ports: Ports) -> None:
    text = await ami(ports.ami, "Action: CoreSettings")
    assert text.startswith("Asterisk Call Manager/")
    assert f"SystemName: {asterisk.system_name}\r\n" in text


async def test_sip_over_udp(asterisk: AsteriskInstance, ports: Ports) -> None:
    assert asterisk.running
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.bind(("127.0.0.1", 0))
        options = (
            f"OPTIONS sip:probe@127.0.0.1:{ports.sip} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{phone.getsockname()[1]};branch=z9hG4bK1;rport\r\n"
            "From: <sip:probe@127.0.0.1>;tag=1\r\nTo: <sip:probe@127.0.0.1>\r\n"
            "Call-ID: 1@127.0.0.1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        await loop.sock_sendto(phone, options.encode(), ("127.0.0.1", ports.sip))
        answer = await asyncio.wait_for(loop.sock_recv(phone, 4096), 30)
    assert answer.startswith(b"SIP/2.0 ")


@pytest.mark.parametrize("secure", [False, True])
async def test_sip_over_websocket(asterisk: AsteriskInstance, ports: Ports, certificate: Path, secure: bool) -> None:
    assert asterisk.running
    context = None
    if secure:
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
    uri = f"wss://127.0.0.1:{ports.https}/ws" if secure else f"ws://127.0.0.1:{ports.http}/ws"
    via = "WSS" if secure else "WS"
    async with connect(uri, subprotocols=[Subprotocol("sip")], ssl=context, proxy=None) as phone:
        await phone.send(
            f"OPTIONS sip:probe@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{via} a.invalid;branch=z9hG4bK2\r\n"
            "From: <sip:probe@a.invalid>;tag=1\r\nTo: <sip:probe@127.0.0.1>\r\n"
            "Call-ID: 2@a.invalid\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        answer = await asyncio.wait_for(phone.recv(), 30)
    assert str(answer if isinstance(answer, str) else answer.decode()).startswith("SIP/2.0 ")


async def test_sounds_music_and_recording(asterisk: AsteriskInstance, ports: Ports) -> None:
    """A Local channel into the dialplan: a prompt, music on hold, and MixMonitor writing both to disk."""
    recording = asterisk.folders.spool / "monitor/probe.wav"
    originate = (
        "Action: Originate\r\nChannel: Local/record@probe/n\r\nApplication: Wait\r\nData: 10\r\nAsync: true\r\n"
        f"Variable: __ARG_FILE={recording}"
    )
    assert "Originate successfully queued" in await ami(ports.ami, originate)
    sizes = []
    for _ in range(300):
        await asyncio.sleep(0.1)
        sizes.append(recording.stat().st_size if recording.exists() else 0)
        if sizes[-1] > 40_000:  # 2.5 s at 16,000 bytes/s
            break
    assert sizes[-1] > 40_000
    assert recording.read_bytes()[:4] == b"RIFF"
    assert any(recording.read_bytes()[44:])  # not silence
    log = asterisk.log_file.read_text(encoding="utf-8")
    assert "Playing 'hello-world." in log
    assert asterisk.complaints() == []
    assert "/moh/" in await asterisk.rx("moh show files")


async def test_stopped_it_leaves_no_process_and_starts_again(asterisk: AsteriskInstance, ports: Ports) -> None:
    pid = asterisk.pid
    await asterisk.stop()
    assert not is_alive(pid)
    assert not asterisk.running
    with pytest.raises(StartFailed, match="does not answer"):
        await asterisk.rx("core show uptime")
    await asterisk.start()
    assert asterisk.pid != pid
    assert (await ami(ports.ami)).startswith("Asterisk Call Manager/")


async def test_killed_it_starts_again_at_once(asterisk: AsteriskInstance) -> None:
    pid = asterisk.pid
    await asterisk.kill()
    assert not is_alive(pid)
    started = time.monotonic()
    await asterisk.start()
    assert time.monotonic() - started < 20
    assert "System uptime" in await asterisk.rx("core show uptime")


async def test_reload_with_another_file(asterisk: AsteriskInstance) -> None:
    await asterisk.reload({"extensions.conf": "[probe]\nexten => 7,1,Hangup()\n"}, "dialplan reload")
    assert "'7'" in await asterisk.rx("dialplan show probe")


async def test_the_configuration_is_for_its_owner_only(asterisk: AsteriskInstance) -> None:
    assert asterisk.folders.home.stat().st_mode & 0o777 == 0o700
    assert asterisk.folders.run.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in asterisk.folders.etc.iterdir()} == {0o600}


async def test_a_folder_with_a_very_long_name(install: AsteriskInstall, tmp_path: Path) -> None:
    instance = AsteriskInstance(install, tmp_path / ("x" * 120), {})
    async with instance:
        assert "System uptime" in await instance.rx("core show uptime")
    assert not instance.folders.run.exists()


async def test_two_side_by_side(asterisk: AsteriskInstance, install: AsteriskInstall, tmp_path: Path) -> None:
    async with AsteriskInstance(install, tmp_path / "carrier", {}) as carrier:
        assert carrier.pid != asterisk.pid
        assert carrier.system_name != asterisk.system_name
        assert "System uptime" in await asterisk.rx("core show uptime")


async def test_a_taken_port_is_a_complaint(
    asterisk: AsteriskInstance, install: AsteriskInstall, ports: Ports, certificate: Path, tmp_path: Path
) -> None:
    assert asterisk.running
    async with AsteriskInstance(install, tmp_path / "second", files(ports, certificate)) as second:
        assert [line for line in second.complaints() if str(ports.sip) in line or "Address already in use" in line]


async def test_when_it_does_not_come_up_its_last_words_are_shown(install: AsteriskInstall, tmp_path: Path) -> None:
    instance = AsteriskInstance(install, tmp_path / "pbx", {"modules.conf": "[modules]\nrequire = no_such_module.so\n"})
    with pytest.raises(StartFailed, match="no_such_module"):
        await instance.start()
    assert not instance.running


@pytest.mark.parametrize("outlives", [False, True])
async def test_a_killed_owner(install: AsteriskInstall, tmp_path: Path, outlives: bool) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tandem.cti.provision.asterisk import default_cache_dir, find_or_build\n"
        "from tandem.cti.provision.asterisk_instance import AsteriskInstance\n"
        "async def main():\n"
        "    install = find_or_build(default_cache_dir(), print)\n"
        f"    instance = AsteriskInstance(install, Path(sys.argv[1]), {{}}, outlive_parent={outlives})\n"
        "    await instance.start()\n"
        "    print(instance.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    assert install.executable.exists()
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "pbx"), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    pid = int(await asyncio.wait_for(owner.stdout.readline(), 60))
    owner.kill()
    await owner.wait()
    try:
        assert await wait_gone(pid, 1.0 if outlives else 30.0) is not outlives
    finally:
        send([pid], signal.SIGKILL)
        assert await wait_gone(pid, 30.0)
