"""The part of Asterisk's configuration that does not depend on calls: folders, modules, logs. Pure text.

Everything here may be overridden by the files given to ``AsteriskInstance``; pjsip, extensions, queues and manager
come from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Whoever may write to AMI's agi class, or to the dialplan, has a shell on the host with any of these loaded.
FORBIDDEN_MODULES = frozenset(
    {
        "app_system",
        "func_shell",
        "app_externalivr",
        "func_curl",
        "func_env",
        "res_curl",
        "pbx_spool",
        "res_clioriginate",
    }
)

# A list, not autoload: starting takes a third of the time, and a package that adds a module adds nothing here.
# Without bridge_native_rtp: of callers who had talked over it, one in three heard nothing of what was played to them
# after the agent had hung up (a survey); their keys still came through. Measured with 22.10; bridge_simple has no such.
MODULES: tuple[str, ...] = tuple(
    """
    app_amd app_blind_transfer app_attended_transfer app_bridgeaddchan app_bridgewait app_channelredirect app_chanspy
    app_confbridge app_controlplayback app_db app_dial app_dumpchan app_echo app_exec app_if app_milliwatt
    app_mixmonitor app_originate app_playback app_playtones app_queue app_read app_readexten app_record
    app_sayunixtime app_senddtmf app_sendtext app_softhangup app_stack app_talkdetect app_transfer app_userevent
    app_verbose app_waitforsilence app_waitforcond app_waituntil app_while
    bridge_builtin_features bridge_builtin_interval_features bridge_holding bridge_simple bridge_softmix
    chan_audiosocket chan_bridge_media chan_pjsip
    codec_a_mu codec_adpcm codec_alaw codec_g722 codec_gsm codec_opus codec_opus_open_source codec_resample codec_ulaw
    format_gsm format_ogg_opus_open_source format_pcm format_sln format_wav format_wav_gsm
    func_base64 func_callerid func_cdr func_channel func_cut func_db func_devstate func_dialgroup func_dialplan
    func_export func_extstate func_frame_drop func_global func_groupcount func_hangupcause func_holdintercept
    func_jitterbuffer func_json func_lock func_logic func_math func_md5 func_periodic_hook func_pjsip_aor
    func_pjsip_contact func_pjsip_endpoint func_rand func_sayfiles func_sha1 func_speex func_sprintf func_strings
    func_talkdetect func_timeout func_uri func_uuid func_version func_volume
    pbx_config
    res_agi res_audiosocket res_crypto res_format_attr_g729 res_format_attr_h264 res_format_attr_opus
    res_format_attr_vp8 res_http_websocket res_manager_devicestate res_musiconhold res_mutestream
    res_pjproject res_pjsip res_pjsip_acl
    res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_diversion res_pjsip_dlg_options res_pjsip_dtmf_info
    res_pjsip_empty_info res_pjsip_endpoint_identifier_anonymous res_pjsip_endpoint_identifier_ip
    res_pjsip_endpoint_identifier_user res_pjsip_header_funcs res_pjsip_logger
    res_pjsip_messaging res_pjsip_nat res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration
    res_pjsip_path res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_rfc3329
    res_pjsip_sdp_rtp res_pjsip_session res_pjsip_sips_contact res_pjsip_transport_websocket
    res_rtp_asterisk res_speech res_security_log res_sorcery_astdb res_sorcery_config res_sorcery_memory
    res_sorcery_memory_cache res_srtp res_timing_timerfd
    """.split()  # noqa: SIM905  (a hundred names, one a line, would be a screen and a half)
)

_SILENT = "; present, so that Asterisk does not complain of its absence\n[general]\n"


@dataclass(frozen=True, slots=True)
class InstanceFolders:
    """The folders of one Asterisk instance, all below ``home`` except a ``run`` moved away for its length."""

    home: Path
    run: Path

    @property
    def etc(self) -> Path:
        return self.home / "etc"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def config(self) -> Path:
        return self.etc / "asterisk.conf"

    @property
    def control_socket(self) -> Path:
        return self.run / "asterisk.ctl"


def asterisk_conf(
    folders: InstanceFolders, module_dir: Path, system_name: str, more: Mapping[str, str] | None = None
) -> str:
    """Render asterisk.conf. ``more``: options besides ours.

    ``system_name`` stays secret: genuine AMI events carry it as ``SystemName``, so that an event whose text a caller
    wrote can be told apart.

    Raises:
        ValueError: a path or the name holds a character that asterisk.conf cannot carry.
    """
    directories = {
        "astetcdir": folders.etc,
        "astmoddir": module_dir,
        "astvarlibdir": folders.data,
        "astdatadir": folders.data,
        "astagidir": folders.data / "agi-bin",
        "astdbdir": folders.home / "db",
        "astkeydir": folders.home / "keys",
        "astspooldir": folders.spool,
        "astrundir": folders.run,
        "astlogdir": folders.log,
        "astcachedir": folders.home / "cache",
    }
    for path in directories.values():
        if not path.is_absolute() or re.search(r"[;\n\r\\]", str(path)):
            raise ValueError(f"Asterisk cannot use the folder {str(path)!r}: absolute, and without ; or \\, please")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,79}", system_name):
        raise ValueError("system_name: 1 to 79 letters, digits, dots, hyphens and underscores")
    lines = ["[directories]", *(f"{name} => {path}" for name, path in directories.items())]
    options = {
        **(more or {}),
        "systemname": system_name,
        "verbose": "3",
        "nocolor": "yes",
        "live_dangerously": "no",
        "execincludes": "no",
        "hideconnect": "yes",
        "transmit_silence": "yes",
    }
    lines += ["", "[options]", *(f"{name} = {value}" for name, value in options.items())]
    return "\n".join(lines) + "\n"


def modules_conf(module_dir: Path, extra: Iterable[str] = ()) -> str:
    """Render modules.conf: those of ``MODULES`` that this build of Asterisk has, and ``extra``, which it must have.

    Raises:
        ValueError: ``extra`` names a module that is forbidden or not there.
    """
    wanted = list(extra)
    for name in wanted:
        if name in FORBIDDEN_MODULES:
            raise ValueError(f"{name} gives callers or AMI users a way onto the host: it is never loaded")
        if not (module_dir / f"{name}.so").exists():
            raise ValueError(f"this Asterisk has no module {name}")
    present = [name for name in MODULES if (module_dir / f"{name}.so").exists()]
    loads = "".join(f"load => {name}.so\n" for name in dict.fromkeys([*present, *wanted]))
    # A noload as well, for the day someone turns autoload on.
    bans = "".join(f"noload => {name}.so\n" for name in sorted(FORBIDDEN_MODULES))
    return f"[modules]\nautoload = no\n{loads}{bans}"


def quiet_files(data_dir: Path) -> dict[str, str]:
    """The small files that every instance needs: log, music on hold, and those whose absence would be an error."""
    return {
        "logger.conf": "[general]\ndateformat = %F %T.%3q\n[logfiles]\nfull => notice,warning,error,verbose(3)\n",
        "musiconhold.conf": f"[default]\nmode = files\ndirectory = {data_dir}/moh\nsort = random\n",
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        "amd.conf": _SILENT,
        "acl.conf": "; none\n",
        "ccss.conf": _SILENT,
        "codecs.conf": _SILENT,
        "confbridge.conf": "[general]\n[default_bridge]\ntype = bridge\n[default_user]\ntype = user\n",
        "dnsmgr.conf": _SILENT,
        "enum.conf": _SILENT,
        "features.conf": _SILENT,
        "indications.conf": (
            "[general]\ncountry = us\n[us]\ndescription = United States\nringcadence = 2000,4000\n"
            "dial = 350+440\nbusy = 480+620/500,0/500\nring = 440+480/2000,0/4000\ncongestion = 480+620/250,0/250\n"
        ),
        "pjproject.conf": "[log_mappings]\ntype = log_mappings\nasterisk_error = 0\nasterisk_warning = 1\n",
        "queuerules.conf": _SILENT,
        "queues.conf": _SILENT,
        "stasis.conf": "[threadpool]\n",
        "udptl.conf": _SILENT,
        "extensions.conf": "[general]\nstatic = yes\nwriteprotect = yes\n",
    }
