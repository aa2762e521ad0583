"""Peak speeds of accelerators by name, from their makers' data sheets. Needs no torch."""

import re

PEAK_FLOPS: dict[str, float] = {
    "B200": 2250e12,  # NVIDIA HGX B200 data sheet, half of the figure with sparsity, as in all that follow
    "GH200": 989e12,  # NVIDIA GH200 data sheet
    "H200 NVL": 835e12,  # NVIDIA H200 data sheet
    "H200": 989e12,
    "H100 NVL": 835e12,  # NVIDIA H100 data sheet
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,  # NVIDIA A100 data sheet
    "L40S": 362e12,  # NVIDIA L40S data sheet
    "L4": 121e12,  # NVIDIA L4 data sheet
    "RTX 4090": 165e12,  # NVIDIA Ada architecture paper, appendix A
    "MI300X": 1307e12,  # AMD Instinct MI300X data sheet
    "MI250X": 191.5e12,  # AMD Instinct MI250X data sheet: one of the card's two devices
}
"""Dense bfloat16 operations per second by words of the device's name, special ones before general ones. The clocks of
the data sheets are not held under load, so nothing reaches them: shares of the peak (MFU) are stated against them."""

RATED_WATTS: dict[str, float] = {
    "B200": 1000,  # NVIDIA DGX B200 data sheet
    "GH200": 700,  # NVIDIA GH200 data sheet; its GPU's share of 1,000 W
    "H200": 700,  # NVIDIA H200 SXM data sheet
    "H100": 700,  # NVIDIA H100 SXM data sheet
    "A100": 400,  # NVIDIA A100 80GB SXM data sheet
    "L40S": 350,  # NVIDIA L40S data sheet
    "RTX 4090": 450,  # NVIDIA Ada architecture paper, appendix A
    "MI300X": 750,  # AMD data sheet
    "MI250X": 280,  # AMD data sheet; of one of its two dies
}
"""Rated power in watts, hosts and cooling not counted, by the same names."""
ASSUMED_SHARE = 0.40
"""Share of its peak that training is taken to reach where nothing was measured: 40.4 % with recomputation were
published for 7 B on H100 (LLM-Foundry, scripts/train/benchmarking)."""


def known_peak_flops(name: str) -> float | None:
    """The peak of a device by the name that its driver gives, such as 'NVIDIA A100-SXM4-80GB'; None if not known."""
    # By words: drivers write "NVIDIA A100-SXM4-80GB", and H200 must not be found in GH200.
    words = set(re.split(r"[^0-9A-Za-z]+", name))
    return next((peak for known, peak in PEAK_FLOPS.items() if set(known.split()) <= words), None)
