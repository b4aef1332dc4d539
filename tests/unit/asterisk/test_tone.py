"""The tones are always there, whole and audible."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tandem.cti.adapters.asterisk.config import WHISPER
from tandem.cti.adapters.asterisk.tone import tone_file, write_tones


def test_the_tones_are_files_that_asterisk_plays(tmp_path: Path) -> None:
    for _ in range(2):
        write_tones(tmp_path)
    before_a_message = Path(tone_file(tmp_path)).name
    assert {each.name for each in tmp_path.iterdir()} == {f"{before_a_message}.wav", f"{WHISPER}.wav"}
    for name, frequency_hz, length_s in ((before_a_message, 1000, 0.3), (WHISPER, 660, 0.16)):
        with wave.open(str(tmp_path / f"{name}.wav")) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
            samples = np.frombuffer(file.readframes(8000), dtype="<i2").astype(float)
        assert len(samples) == round(length_s * 8000)
        assert 3_000 < samples.std() < 10_000
        assert abs(samples[0]) < 100
        assert abs(samples[-1]) < 1000
        loudest_hz = np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / len(samples)
        assert abs(loudest_hz - frequency_hz) < 10
