"""The U-Net of graphs/unet.graph in PyTorch, layer by layer under the same names."""

import torch
from torch import nn

# What each level's first convolution reads is what the level before made.
ENCODER = {1: (1, 1), 2: (2, 2), 3: (4, 4), 4: (8, 8), 5: (16, 8)}
DECODER = {4: (8, 4), 3: (4, 2), 2: (2, 1), 1: (1, 1)}


class UNet(nn.Module):
    """Logits of one mask; `width` channels on the first level."""

    def __init__(self, width: int = 64, channels: int = 3, outputs: int = 1):
        super().__init__()
        made = channels
        skips = {}
        for level, (first, second) in ENCODER.items():
            self.add_pair(f"enc{level}", made, first * width, second * width)
            made = skips[level] = second * width
        for level, (first, second) in DECODER.items():
            setattr(self, f"upsample{level}", nn.ConvTranspose2d(made, made, 2, stride=2))
            self.add_pair(f"dec{level}", made + skips[level], first * width, second * width)
            made = second * width
        self.dec1_3 = nn.Conv2d(made, outputs, 1)

    def add_pair(self, name: str, inputs: int, first: int, second: int) -> None:
        setattr(self, f"{name}_1", nn.Conv2d(inputs, first, 3, padding=1))
        setattr(self, f"{name}_2", nn.Conv2d(first, second, 3, padding=1))

    def pair(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(getattr(self, f"{name}_2")(torch.relu(getattr(self, f"{name}_1")(x))))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = {}
        for level in ENCODER:
            if level > 1:
                x = nn.functional.max_pool2d(x, 2)
            x = skips[level] = self.pair(f"enc{level}", x)
        for level in DECODER:
            x = torch.cat([getattr(self, f"upsample{level}")(x), skips[level]], 1)
            x = self.pair(f"dec{level}", x)
        return self.dec1_3(x)
