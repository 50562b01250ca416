"""What is measured: who against whom, on what, in which order."""

from dataclasses import dataclass

TRAINERS = ["torch", "torch-channels-last", "torch-compile", "torch-bf16"]
PREDICTORS = ["torch", "torch-channels-last", "torch-compile", "torch-bf16", "onnxruntime", "openvino", "openvino-bf16"]

TITLES = {
    "unetc": "unetc",
    "unetc-bf16": "unetc bf16",
    "torch": "PyTorch eager",
    "torch-channels-last": "PyTorch channels-last",
    "torch-compile": "PyTorch torch.compile",
    "torch-bf16": "PyTorch bf16 autocast",
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
    "openvino-bf16": "OpenVINO bf16",
}


# Programs that know no setting that would keep them to AVX2.
UNLIMITED = ["onnxruntime"]


@dataclass(frozen=True)
class Contest:
    """One table of the document: unetc and its peers on the same work, in turn."""

    name: str
    what: str
    batch: int
    peers: list[str]
    rounds: int
    isa: str = "native"

    @property
    def contestants(self) -> list[str]:
        """All who take part, unetc first. Its bf16 is for processors that multiply it."""
        return ["unetc", *(["unetc-bf16"] if self.isa == "native" else []), *self.peers]

    def title(self, contestant: str) -> str:
        """What the tables call it."""
        is_limited = self.isa == "native" or contestant not in UNLIMITED
        return TITLES[contestant] + ("" if is_limited else ", not limited")


# With 32-bit floats unless a name says otherwise; the largest last, so that a run cut short has the rest.
CONTESTS = [
    Contest("train 4", "train", 4, TRAINERS, 3),
    Contest("infer 1", "infer", 1, PREDICTORS, 3),
    Contest("infer 4", "infer", 4, PREDICTORS, 3),
    Contest("train 16", "train", 16, TRAINERS, 2),
    Contest("avx2 train 4", "train", 4, ["torch", "torch-channels-last", "torch-compile"], 2, "avx2"),
    Contest("avx2 infer 1", "infer", 1, ["torch-compile", "onnxruntime", "openvino"], 2, "avx2"),
    Contest("avx2 infer 4", "infer", 4, ["torch-compile", "onnxruntime", "openvino"], 2, "avx2"),
]
