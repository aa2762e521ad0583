"""A model in lm-evaluation-harness: the log-likelihood of whole texts."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

question = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
# It puts a token before each text itself; with the tokenizer's own too, that one would be predicted and cost.
model = HFLM(pretrained=question["model"], device="cpu", dtype="float32", batch_size=1, add_bos_token=False)
requests = [Instance("loglikelihood_rolling", {}, (text,), number) for number, text in enumerate(question["texts"])]
likelihoods = model.loglikelihood_rolling(requests, disable_tqdm=True)
answer = {"version": version("lm_eval"), "log_likelihoods": likelihoods}
Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
