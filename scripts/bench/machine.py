"""What the figures were measured on: the machine, the compilers, the version of the project."""

import hashlib
import os
import platform
import subprocess
from pathlib import Path

# Set in some environments for other programs; they would make OpenBLAS slower or wrong in a peer.
FOREIGN = ("OPENBLAS_",)
# What keeps oneDNN, PyTorch's own kernels and MKL to AVX2.
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


def environment(isa: str = "native") -> dict[str, str]:
    """The environment of a peer."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, **(AVX2 if isa == "avx2" else {})}


def first_line(command: list[str]) -> str:
    """What a program says of itself; "-" where it is missing."""
    try:
        result = subprocess.run(command, capture_output=True, text=True)
        return (result.stdout or result.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "-"


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def vectors() -> str:
    """The instruction sets that matter here."""
    flags = Path("/proc/cpuinfo").read_text().split()
    names = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX", "asimd": "NEON"}
    return ", ".join(title for flag, title in names.items() if flag in flags) or "none known"


def memory() -> str:
    kibibytes = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{kibibytes / (1 << 20):.0f} GiB"


def huge_pages() -> str:
    try:
        text = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
        return text[text.index("[") + 1 : text.index("]")]
    except (OSError, ValueError):
        return "unknown"


def system() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME"):
            return line.split("=", 1)[1].strip('"') + f", Linux {platform.release().split('-')[0]}"
    return platform.platform()


def commit(root: Path) -> str:
    name = first_line(["git", "-C", str(root), "rev-parse", "--short=10", "HEAD"])
    changed = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain", "Sources", "Package.swift", "graphs"],
        capture_output=True, text=True).stdout
    return name + (" with changes" if changed.strip() else "")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
