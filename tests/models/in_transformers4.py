"""Run beside transformers 4: writes the logits of the models in some folders into them."""

import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM

if not transformers.__version__.startswith("4."):
    raise SystemExit(f"this is transformers {transformers.__version__}")
for folder in map(Path, sys.argv[1:]):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        np.save(folder / "logits.npy", model(torch.arange(3, 43)[None]).logits.numpy())
