"""The tone before a message is always there, whole and audible."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tandem.cti.adapters.asterisk.tone import tone_file, write_tone


def test_the_tone_is_a_file_that_asterisk_plays(tmp_path: Path) -> None:
    for _ in range(2):
        write_tone(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [f"{Path(tone_file(tmp_path)).name}.wav"]
    with wave.open(f"{tone_file(tmp_path)}.wav") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = np.frombuffer(file.readframes(8000), dtype="<i2").astype(float)
    assert 0.2 < len(samples) / 8000 < 0.5
    assert 3_000 < samples.std() < 10_000
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 1000
    assert np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / len(samples) == 1000
