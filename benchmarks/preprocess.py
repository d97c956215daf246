"""Compare preprocessing here with the original project's way and with the floor, in one run.

    python benchmarks/preprocess.py --minutes 10 --recordings 6

Prints a Markdown table. The original's way: the whole file in memory with pydub, overlapping 5-s
WAV files every 2 s at the native rate, one librosa MFCC and one librosa mel call per file. The
floor: ffmpeg decodes to mono at 22,050 Hz, one librosa mel pass. Seconds are CPU seconds with all
children's; memory is that of the largest process.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import costs
import numpy as np
from costs import Cost
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from takht.audio import ffmpeg  # noqa: E402

PARAMS = """
catalogue: {on_unreadable: fail, min_seconds: 6.0, silence_dbfs: -70.0}
split: {validation_share: 0.15, test_share: 0.15, drop_small_composers: true, seed: 1}
near_duplicates: {min_seconds: 7.5}
aug: {method: pitch_and_tempo, factor: 2, semitones: 2.0, tempo_change: 0.1, seed: 1}
audio: {sample_rate_hz: 22050}
convert: {part_minutes: 10.0}
normalize: {method: loudness, target_lufs: -23.0, peak_dbfs: -1.0}
segment: {seconds: 60.0, min_seconds: 6.0}
scales:
  full:
    mel: {n_fft: 2048, hop_samples: 512, bands: 128}
    mfcc: {coefficients: 20}
"""
STAGES = [
    ("catalogue", ["raw", "catalogue.csv", "out/rejected.csv"]),
    ("convert", ["raw", "catalogue.csv", "out/wav"]),
    ("normalize", ["out/wav", "catalogue.csv", "out/gains.csv"]),
    ("segment", ["out/wav", "out/gains.csv", "out/segments"]),
    ("mel", ["scale=full", "out/segments", "out/mel"]),
    ("mfcc", ["scale=full", "out/mel", "out/mfcc"]),
]
ORIGINAL = """
import sys
from pathlib import Path
import librosa, numpy as np
from pydub import AudioSegment
from pydub.effects import normalize
AudioSegment.converter = sys.argv[1]
out = Path(sys.argv[2])
for source in map(Path, sys.argv[3:]):
    folder = out / source.stem
    folder.mkdir(parents=True)
    audio = normalize(AudioSegment.from_file(source, codec="mp3"))
    for start in range(0, len(audio) - 4999, 2000):
        audio[start : start + 5000].export(folder / f"{start}.wav", format="wav").close()
    del audio
    for path in sorted(folder.glob("*.wav")):
        wave, rate = librosa.load(path, sr=None)
        mfcc = librosa.feature.mfcc(y=wave, sr=rate, n_mfcc=20)
        mel = librosa.power_to_db(librosa.feature.melspectrogram(y=wave, sr=rate), ref=np.max)
        np.savez(path.with_suffix(".npz"), mfcc=mfcc, mel=mel)
"""
FLOOR = """
import subprocess, sys
import librosa, numpy as np
for source in sys.argv[2:]:
    argv = [sys.argv[1], "-v", "error", "-nostdin", "-i", source, "-ac", "1", "-ar", "22050"]
    argv += ["-f", "f32le", "-"]
    data = subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout
    librosa.feature.melspectrogram(y=np.frombuffer(data, "f4"), sr=22050)
"""


def main() -> None:
    """Run the three ways on the same generated recordings and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="length of each recording")
    parser.add_argument("--recordings", type=int, default=6)
    parser.add_argument("--workers", type=int, default=2, help="TAKHT_WORKERS for our stages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        sources = generate(here, options.minutes, options.recordings)
        ours = run_stages(here, options.workers)
        total = Cost(
            sum(cost.cpu_s for cost in ours.values()),
            sum(cost.wall_s for cost in ours.values()),
            max(cost.peak_mb for cost in ours.values()),
            size_mb(here / "out"),
        )
        exe = ffmpeg.find_ffmpeg()
        original = measured(
            [sys.executable, "-W", "ignore", "-c", ORIGINAL, exe, here / "original", *sources]
        )
        original.disk_mb = size_mb(here / "original")
        floor = measured([sys.executable, "-c", FLOOR, exe, *sources])
        idle = measured([sys.executable, "-c", "import librosa; librosa.feature.melspectrogram"])
    show(f"{options.recordings} × {options.minutes} min, stereo 44.1 kHz mp3, 128 kb/s")
    heads = ["way", "CPU s", "wall s", "peak MB", "disk MB", "CPU : original", "wall : original"]
    show(f"| {' | '.join([*heads, 'disk : original', 'CPU : floor'])} |")
    show("|---|---|---|---|---|---|---|---|---|")
    rows = {"original": original, "floor": floor, "**ours**": total, **ours, "import librosa": idle}
    for label, cost in rows.items():
        show(
            f"| {label} | {cost.cpu_s:.2f} | {cost.wall_s:.2f} | {cost.peak_mb:.0f} "
            f"| {cost.disk_mb:.1f} | {cost.cpu_s / original.cpu_s:.3f} "
            f"| {cost.wall_s / original.wall_s:.3f} "
            f"| {cost.disk_mb / original.disk_mb:.3f} | {cost.cpu_s / floor.cpu_s:.2f} |"
        )


def generate(here: Path, minutes: int, recordings: int) -> list[Path]:
    """Return new mp3s: a minute of a plucked melody over noise, its frames repeated."""
    paths = []
    for number in range(recordings):
        path = here / "raw" / f"composer {number % 2}" / f"{number:03d}.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-f", "f32le", "-ar", "44100", "-ac", "2"]
        argv += ["-i", "pipe:0", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"]
        subprocess.run([*argv, path], check=True, input=melody(number).tobytes())
        path.write_bytes(path.read_bytes() * minutes)
        paths.append(path)
    return paths


def melody(seed: int, note_seconds: float = 0.25) -> NDArray[np.float32]:
    """Return a minute of notes drawn from three octaves, stereo at 44.1 kHz, (samples, 2)."""
    rng = np.random.default_rng(seed)
    now = np.arange(round(44_100 * note_seconds)) / 44_100
    hz = 110 * 2 ** rng.uniform(0, 3, (round(60 / note_seconds), 1))
    notes = sum(np.sin(2 * np.pi * k * hz * now) / k for k in range(1, 6)) * np.exp(-8 * now)
    noise = rng.uniform(-0.01, 0.01, (notes.size, 2))
    return (0.2 * notes.reshape(-1, 1) + noise).astype("<f4")


def run_stages(here: Path, workers: int) -> dict[str, Cost]:
    """Return the cost of each of our stages, run as DVC would run them."""
    (here / "params.yaml").write_text(PARAMS)
    costs = {}
    for stage, words in STAGES:
        argv = [sys.executable, ROOT / "src" / f"{stage}.py", *words]
        store = {"TAKHT_STORE": str(here / "store"), "TAKHT_STORE_GB": "100"}
        costs[stage] = measured(argv, cwd=here, env={"TAKHT_WORKERS": str(workers), **store})
        costs[stage].disk_mb = size_mb(here / words[-1])
    return costs


def measured(
    argv: list[str | Path], cwd: Path | None = None, env: dict[str, str] | None = None
) -> Cost:
    """Return what the command costs, its children included; its stderr shows if it fails."""
    # One thread each, so that CPU seconds are comparable.
    threads = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    try:
        return costs.run(argv, cwd, {**threads, **(env or {})})[0]
    except subprocess.CalledProcessError as error:
        sys.exit(f"{argv[1]} failed:\n{error.stderr}")


def size_mb(path: Path) -> float:
    """Return the bytes of all files at or below the path, MB."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files) / 1e6


def show(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
