"""A GGUF file in llama.cpp: ids, logits, and the tokens around a text."""

import json
import sys
from pathlib import Path

import llama_cpp
import numpy as np

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
# Keys and values in float32 (type 0), as everything else; threads of llama.cpp spin where they wait for each other.
model = llama_cpp.Llama(
    question["model"],
    n_ctx=64,
    n_batch=64,
    logits_all=True,
    type_k=0,
    type_v=0,
    n_threads=1,
    n_threads_batch=1,
    verbose=False,
)
ids = [model.tokenize(text.encode(), add_bos=False, special=False) for text in question["texts"]]
for number, inputs in enumerate(question["inputs"]):
    model.reset()
    model.eval(inputs)
    np.save(Path(sys.argv[2]).with_name(f"logits-{number}.npy"), np.array(model.scores[: len(inputs)]))

vocabulary = llama_cpp.llama_model_get_vocab(model.model)
pieces = [llama_cpp.llama_vocab_get_text(vocabulary, number).decode() for number in range(model.n_vocab())]
answer = {"version": llama_cpp.__version__, "ids": ids, "pieces": [*enumerate(pieces)], "end": model.token_eos()}
Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
