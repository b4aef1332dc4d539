"""Finding the host's Asterisk and unpacking one, with stand-ins for ``asterisk`` and ``mmdebstrap``: no network."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tandem.cti.provision import asterisk
from tandem.cti.provision.errors import BuildFailed, PartMissing

_FAKE_MMDEBSTRAP = """#!/bin/sh
echo run >> {counter}
for target do :; done
{body}
library=$target/usr/lib/x86_64-linux-gnu
mkdir -p $library/asterisk/modules $library/perl $target/usr/sbin $target/usr/share/asterisk/sounds/en_US_f_Allison
ln -s /nowhere $target/usr/share/asterisk/sounds/custom
touch $target/usr/sbin/asterisk
printf '#!/bin/sh\\necho Asterisk 22.9.8+dfsg\\n' > $library/ld-linux-x86-64.so.2
chmod +x $library/ld-linux-x86-64.so.2
"""


@pytest.fixture
def bin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first on the PATH, as a prefix's ``sbin``."""
    folder = tmp_path / "prefix/sbin"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def script(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def host_asterisk(bin_dir: Path, version: str, *, without: str = "") -> None:
    script(bin_dir / "asterisk", f"#!/bin/sh\necho 'Asterisk {version}'\n")
    modules = bin_dir.parent / "lib/asterisk/modules"
    modules.mkdir(parents=True)
    (bin_dir.parent / "share/asterisk/sounds/en").mkdir(parents=True)
    for name in asterisk.NEEDED_MODULES:
        if name != without:
            (modules / f"{name}.so").touch()


def fake_mmdebstrap(bin_dir: Path, body: str = "") -> Path:
    counter = bin_dir.parent / "runs"
    script(bin_dir / "mmdebstrap", _FAKE_MMDEBSTRAP.format(counter=counter, body=body))
    return counter


def no_host_asterisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "find_on_host", lambda _: None)


def test_the_hosts_asterisk_is_used_from_version_20_on(bin_dir: Path, tmp_path: Path) -> None:
    host_asterisk(bin_dir, "20.6.0~dfsg+~cs6.13.40431414-2build5")
    found = asterisk.find_or_build(tmp_path / "cache", pytest.fail)
    assert found.version == "20.6.0"
    assert found.executable == bin_dir / "asterisk"
    assert found.module_dir == tmp_path / "prefix/lib/asterisk/modules"
    assert found.data_dir == tmp_path / "prefix/share/asterisk"
    assert found.command(Path("/x/asterisk.conf"), "-rx", "core show uptime") == [
        str(bin_dir / "asterisk"), "-C", "/x/asterisk.conf", "-rx", "core show uptime",
    ]  # fmt: skip


def test_a_certified_version_is_read(bin_dir: Path) -> None:
    host_asterisk(bin_dir, "certified/20.7-cert3")
    found = asterisk.find_on_host(pytest.fail)
    assert found is not None
    assert found.version == "20.7"


@pytest.mark.parametrize(
    ("version", "without", "said"),
    [("18.10.0", "", "older than 20"), ("22.1.0", "res_srtp", "lacks the modules res_srtp"), ("git", "", "older")],
)
def test_an_unfit_asterisk_is_left_alone_and_named(bin_dir: Path, version: str, without: str, said: str) -> None:
    host_asterisk(bin_dir, version, without=without)
    lines: list[str] = []
    assert asterisk.find_on_host(lines.append) is None
    assert said in lines[0]


def test_built_once_then_found_at_once(bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    counter = fake_mmdebstrap(bin_dir)
    lines: list[str] = []
    built = asterisk.find_or_build(tmp_path / "cache", lines.append)
    assert built.version == "22.9.8"
    assert (built.data_dir / "sounds/en").is_dir()
    assert not (built.data_dir / "sounds/custom").is_symlink()
    assert not (built.module_dir.parents[1] / "perl").exists()
    assert "Asterisk 22.9.8 is ready" in lines
    assert asterisk.find_or_build(tmp_path / "cache", pytest.fail) == built
    assert counter.read_text(encoding="utf-8") == "run\n"


def test_no_mirror_is_named_and_the_suite_is(bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    fake_mmdebstrap(bin_dir, body=f'echo "$@" > {tmp_path}/arguments')
    asterisk.find_or_build(tmp_path / "cache", lambda _: None)
    words = (tmp_path / "arguments").read_text(encoding="utf-8").split()
    assert words[-2] == "sid"
    assert "--variant=extract" in words
    assert not [word for word in words if "://" in word]


@pytest.mark.parametrize(
    ("last_words", "advice"),
    [
        ("E: Failed to fetch x  Could not resolve 'm'", "check the network"),
        ("E: Release file is expired (invalid since 5d)", "out of date"),
        ("E: NO_PUBKEY 0E98404D386FA1D9", "debian-archive-keyring"),
        ("tar: x: No space left on device", "disk is full"),
        ("E: something else", "see the last lines"),
    ],
)
def test_a_failed_build_says_why_and_leaves_nothing(
    bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_words: str, advice: str
) -> None:
    no_host_asterisk(monkeypatch)
    fake_mmdebstrap(bin_dir, body=f'echo "{last_words}" >&2; exit 25')
    with pytest.raises(BuildFailed) as failure:
        asterisk.find_or_build(tmp_path / "cache", lambda _: None)
    assert advice in str(failure.value)
    assert last_words in str(failure.value)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["asterisk-sid-1.lock"]


def test_an_asterisk_that_does_not_run_here_is_not_kept(
    bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_host_asterisk(monkeypatch)
    counter = fake_mmdebstrap(bin_dir)
    text = (bin_dir / "mmdebstrap").read_text(encoding="utf-8").replace("echo Asterisk 22.9.8+dfsg", "exec false")
    script(bin_dir / "mmdebstrap", text)
    with pytest.raises(BuildFailed, match="does not run on this machine"):
        asterisk.find_or_build(tmp_path / "cache", lambda _: None)
    assert counter.exists()
    assert asterisk.find_in_cache(tmp_path / "cache") is None


def test_without_mmdebstrap_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PartMissing, match="sudo apt-get install mmdebstrap"):
        asterisk.find_or_build(tmp_path / "cache", lambda _: None)


def test_without_disk_space_nothing_is_fetched(bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    counter = fake_mmdebstrap(bin_dir)
    monkeypatch.setattr(asterisk, "_FREE_BYTES_NEEDED", 10**18)
    with pytest.raises(BuildFailed, match="GB free"):
        asterisk.find_or_build(tmp_path / "cache", lambda _: None)
    assert not counter.exists()


def test_two_builders_build_once(bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    counter = fake_mmdebstrap(bin_dir, body="sleep 0.3")
    found: list[asterisk.AsteriskInstall] = []
    lines: list[str] = []

    def find() -> None:
        found.append(asterisk.find_or_build(tmp_path / "cache", lines.append))

    builders = [threading.Thread(target=find) for _ in range(2)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(20)
    assert len(set(found)) == 1
    assert counter.read_text(encoding="utf-8") == "run\n"
    assert "another process is unpacking Asterisk: waiting for it" in lines


def test_what_a_killed_builder_left_is_cleared(bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_host_asterisk(monkeypatch)
    fake_mmdebstrap(bin_dir)
    (tmp_path / "cache/.asterisk-sid-dead/all").mkdir(parents=True)
    (tmp_path / "cache/asterisk-sid-1/root").mkdir(parents=True)
    asterisk.find_or_build(tmp_path / "cache", lambda _: None)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["asterisk-sid-1", "asterisk-sid-1.lock"]


@pytest.mark.parametrize(("xdg", "expected"), [("/c", Path("/c/tandem")), ("", None), ("relative", None)])
def test_the_cache_folder_follows_xdg(xdg: str, expected: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert asterisk.default_cache_dir() == (expected or Path.home() / ".cache/tandem")
