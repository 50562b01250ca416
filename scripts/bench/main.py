"""Measures unetc and its peers and writes docs/BENCHMARKS.md. `make bench` runs it; see scripts/bench.sh."""

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import machine  # noqa: E402
import report  # noqa: E402
from measure import UNETC, Runner, Store  # noqa: E402


def state_folder(peers: str) -> Path:
    """Where results are kept: another one for another unetc, processor, Python of the peers, or way to measure."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    sources = [(HERE / name).read_bytes() for name in ["measure.py", "peer.py", "unet.py"]]
    facts = json.dumps([machine.digest(UNETC), machine.processor(), machine.vectors(), peers]).encode()
    return cache / "unetc/bench" / hashlib.sha256(facts + b"".join(sources)).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", required=True, help="the Python that has the peers")
    parser.add_argument("--minutes", type=float, default=25, help="begin nothing new after that long")
    parser.add_argument("--fresh", action="store_true", help="measure again what an earlier run has measured")
    parser.add_argument("--report-only", action="store_true", help="write the document from what there is")
    given = parser.parse_args()
    folder = state_folder(given.peers)
    if given.fresh and folder.exists():
        shutil.rmtree(folder)
    print(f"results in {folder}", file=sys.stderr)
    runner = Runner(Store(folder), given.peers, time.monotonic() + 60 * given.minutes)
    if not given.report_only:
        runner.all()
    report.write(runner.store.results, runner.failures)
    print(f"wrote {report.DOCUMENT.relative_to(Path.cwd())}", file=sys.stderr)


main()
