#!/usr/bin/env python3
"""Time and peak memory of `annexa scan` as whole processes, on input that benches/generate.rs writes.

    python3 benches/whole-process.py            builds, measures, prints a table
    python3 benches/whole-process.py --check    and fails where a limit is broken, for .ci/run

Times are the best and the median of the runs; memory is the largest resident set of any of them, as the kernel counts
it. The limits on time hold for the best run, because a busy machine makes every run slower but none faster.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ANNEXA = ROOT / "target" / "release" / "annexa"
MIB = 1024

SMALL = 'resource "aws_s3_bucket" "b" {\n  bucket = "pens"\n}\n'

# name, files, runs, limit in ms (none: not limited), limit in MiB
CASES = [
    ("1 file of 3 lines", 0, 40, 20, None),
    ("100 files", 100, 20, None, 60),
    ("10,000 files", 10_000, 3, None, 300),
]


def run(folder):
    """Wall time in milliseconds and peak resident set in KiB of one scan."""
    begun = time.perf_counter()
    arguments = [str(ANNEXA), "scan", str(folder), "--format", f"sarif={folder}/../out.sarif", "--fail-on", "none"]
    child = os.posix_spawn(ANNEXA, arguments, os.environ)
    _, status, usage = os.wait4(child, 0)
    elapsed = (time.perf_counter() - begun) * 1000
    if status != 0:
        sys.exit(f"annexa ended with {os.waitstatus_to_exitcode(status)}")
    return elapsed, usage.ru_maxrss


def measure(files, runs):
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home) / "input"
        folder.mkdir()
        if files:
            generate = ["cargo", "bench", "--quiet", "--bench", "scan", "--", "--generate", str(folder), str(files)]
            subprocess.run(generate, cwd=ROOT, check=True)
        else:
            (folder / "main.tf").write_text(SMALL)
        run(folder)  # warms the file cache
        results = [run(folder) for _ in range(runs)]
    times = [elapsed for elapsed, _ in results]
    return min(times), statistics.median(times), max(peak for _, peak in results) / MIB


def main():
    check = "--check" in sys.argv[1:]
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    broken = []
    print(f"{'input':20} {'best ms':>9} {'median ms':>10} {'peak MiB':>9}")
    for name, files, runs, most_time, most_memory in CASES:
        best, median, peak = measure(files, runs)
        print(f"{name:20} {best:9.1f} {median:10.1f} {peak:9.1f}", flush=True)
        if most_time and best > most_time:
            broken.append(f"{name}: {best:.1f} ms, at most {most_time} are allowed")
        if most_memory and peak > most_memory:
            broken.append(f"{name}: {peak:.1f} MiB, at most {most_memory} are allowed")
    if check and broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
