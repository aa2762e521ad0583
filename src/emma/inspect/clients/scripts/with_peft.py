"""Adapters in peft, on the model they were trained on: logits."""

import json
import sys
from pathlib import Path

import numpy as np
import peft
import torch
from transformers import AutoModelForCausalLM

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
base = AutoModelForCausalLM.from_pretrained(question["base"], dtype=torch.float32)
model = peft.PeftModel.from_pretrained(base, question["adapter"])
model.eval()
with torch.inference_mode():
    for number, inputs in enumerate(question["inputs"]):
        np.save(Path(sys.argv[2]).with_name(f"logits-{number}.npy"), model(torch.tensor([inputs])).logits[0].numpy())
Path(sys.argv[2]).write_text(json.dumps({"version": peft.__version__}), encoding="utf-8")
