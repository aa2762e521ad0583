"""A model in transformers: ids, logits, a continuation, and where generation stops."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
tokenizer = transformers.AutoTokenizer.from_pretrained(question["model"])
model = transformers.AutoModelForCausalLM.from_pretrained(question["model"], dtype=torch.float32)
model.eval()

ids = [tokenizer(text, add_special_tokens=False).input_ids for text in question["texts"]]
with torch.inference_mode():
    for number, inputs in enumerate(question["inputs"]):
        np.save(Path(sys.argv[2]).with_name(f"logits-{number}.npy"), model(torch.tensor([inputs])).logits[0].numpy())

continuations = []
for prompt in question["prompts"]:
    inputs = torch.tensor([prompt])
    written = model.generate(
        inputs, attention_mask=torch.ones_like(inputs), max_new_tokens=question["tokens"], do_sample=False, num_beams=1
    )
    # What the new tokens add to the text: alone, a first piece would lose its space. Single bytes may join those at the
    # prompt's end into no character, so that the text of both does not begin with the prompt. As EMMA does, without
    # what generation stopped at; where it was cut within a character, without its tokens, three at most.
    row = written[0].tolist()
    is_cut = row[-1] not in question["stops"]
    row = row if is_cut else row[:-1]
    before, after = (tokenizer.decode(each, skip_special_tokens=True) for each in (prompt, row[len(prompt) :]))
    rows = [row[: len(row) - count] for count in range(4 if is_cut else 1)]
    wholes = [tokenizer.decode(each, skip_special_tokens=True) for each in rows]
    whole = next((text for text in wholes if not text.endswith("\ufffd")), wholes[0])
    continuations.append(whole.removeprefix(before) if whole.startswith(before) else after)

answer = {
    "version": transformers.__version__,
    "weights": {
        name: hashlib.sha256(weight.detach().contiguous().numpy()).hexdigest()
        for name, weight in model.named_parameters()
    },
    "ids": ids,
    "pieces": [[number, piece] for piece, number in tokenizer.get_vocab().items()],
    "continuations": continuations,
    "stops": model.generation_config.eos_token_id,
    "end": tokenizer.eos_token_id,
}
Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
