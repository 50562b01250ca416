"""Runs unetc and its peers in turn and keeps every result, so that a run that was cut short goes on where it stopped."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from contests import CONTESTS, Contest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
UNETC = ROOT / ".build/release/unetc"
GRAPH = "graphs/unet.graph"


class Failure(Exception):
    """A program that did not do its part, with the last thing it said."""


class Store:
    """Results by name, in a file that only grows."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "results.jsonl"
        self.results: dict[str, dict] = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                entry = json.loads(line)
                self.results[entry["name"]] = entry["result"]

    def get(self, name: str, make) -> dict:
        """The result of that name; made, and kept, when it is not there."""
        if name not in self.results:
            self.results[name] = make()
            with self.path.open("a") as file:
                file.write(json.dumps({"name": name, "result": self.results[name]}) + "\n")
        return self.results[name]


class Runner:
    """Measures one thing after the other until the time is over."""

    def __init__(self, store: Store, peers: str, deadline: float):
        self.store = store
        self.peers = peers
        self.deadline = deadline
        self.failures: dict[str, str] = {}

    def all(self) -> None:
        """Everything once, then everything once more and so on: what runs in turn sees the same machine."""
        self.once("versions", self.versions)
        self.once("layers", lambda: self.unetc("train", 4, "native"))
        self.once("compile", self.compile_times)
        for number in range(max(contest.rounds for contest in CONTESTS)):
            for contest in CONTESTS:
                if number < contest.rounds:
                    self.round(contest, number)

    def round(self, contest: Contest, number: int) -> None:
        for contestant in contest.contestants:
            self.once(f"{contest.name} | {contestant} | {number}", lambda: self.measure(contest, contestant))

    def once(self, name: str, make) -> None:
        if name in self.store.results:
            return
        if time.monotonic() > self.deadline:
            return self.say(f"{name}: no time left")
        start = time.monotonic()
        try:
            result = self.store.get(name, make)
        except Failure as failure:
            self.failures[name] = str(failure)
            return self.say(f"{name}: {failure}")
        time_text = f"{result['median_ms']:.1f} ms, {result['peak_rss_mib']} MiB" if "median_ms" in result else "done"
        self.say(f"{name}: {time_text} ({time.monotonic() - start:.0f} s)")

    @staticmethod
    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    # What is run

    def measure(self, contest: Contest, contestant: str) -> dict:
        if contestant.startswith("unetc"):
            precision = "bf16" if contestant == "unetc-bf16" else "f32"
            whole = self.unetc(contest.what, contest.batch, contest.isa, precision)
            times = whole["train_step" if contest.what == "train" else "inference"]
            kept = ["vector_width", "peak_gflops", "bandwidth_gb_per_s"]
            return {**times, "peak_rss_mib": whole["peak_rss_mib"], **{name: whole[name] for name in kept}}
        arguments = [contestant, contest.what, str(contest.batch)]
        if not contestant.startswith("torch"):
            arguments += ["--onnx", str(self.onnx(contest.batch))]
        return self.peer(arguments, contest.isa)

    def unetc(self, what: str, batch: int, isa: str, precision: str = "f32") -> dict:
        command = [str(UNETC), "bench", GRAPH, "--batch", str(batch), "--precision", precision, "--json"]
        command += ["--inference-only"] if what == "infer" else []
        command += ["--target", "x86-64-v3"] if isa == "avx2" else []
        return json.loads(run(command, dict(os.environ)))

    def peer(self, arguments: list[str], isa: str = "native") -> dict:
        environment = machine.environment(isa)
        # Its own, so that the first run compiles and the next ones need not.
        environment["TORCHINDUCTOR_CACHE_DIR"] = str(self.store.folder / f"inductor-{isa}")
        return json.loads(run([self.peers, str(HERE / "peer.py"), *arguments], environment).splitlines()[-1])

    def onnx(self, batch: int) -> Path:
        path = self.store.folder / f"unet-{batch}.onnx"
        if not path.exists():
            new = path.with_suffix(".new")
            run([self.peers, str(HERE / "peer.py"), "export", "0", str(batch), "--onnx", str(new)], machine.environment())
            new.rename(path)
        return path

    def versions(self) -> dict:
        return {"unetc": machine.commit(ROOT), **self.peer(["versions"])}

    @staticmethod
    def compile_times() -> dict:
        """Seconds of `unetc compile` with nothing in its cache, and with everything; the trainer's bytes."""
        folder = Path(tempfile.mkdtemp(prefix="unetc-bench-"))
        try:
            environment = {**os.environ, "UNETC_CACHE": str(folder / "cache")}
            seconds = []
            for output in ["first", "second"]:
                start = time.monotonic()
                run([str(UNETC), "compile", GRAPH, "--output", str(folder / output)], environment)
                seconds.append(time.monotonic() - start)
            return {"first_s": seconds[0], "second_s": seconds[1], "trainer": (folder / "first/trainer").stat().st_size}
        finally:
            shutil.rmtree(folder)


def run(command: list[str], environment: dict[str, str]) -> str:
    """What a program prints.

    Raises a Failure with the last line it said when it fails, or is not done within ten minutes.
    """
    try:
        result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        raise Failure("not done within ten minutes")
    if result.returncode != 0:
        said = result.stderr.strip().splitlines()
        raise Failure(said[-1] if said else f"exit code {result.returncode}")
    return result.stdout
