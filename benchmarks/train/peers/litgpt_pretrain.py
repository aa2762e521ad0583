"""LitGPT's pretraining: `litgpt_pretrain CONFIG BATCHES BATCH_SIZE LEARNING_RATE OUT`. It knows no document masks."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from clock import start, write
from litgpt import Config
from litgpt.args import EvalArgs, TrainArgs
from litgpt.data import DataModule
from litgpt.pretrain import setup

config, batches, size, rate, out = sys.argv[1:]
start()
shape = json.loads(Path(config).read_text())
tokens = torch.from_numpy(np.load(batches)["tokens"])


class Samples(DataModule):
    """The samples in EMMA's order."""

    def connect(self, *_: Any, **__: Any) -> None:
        """Nothing to be told."""

    def setup(self, stage: str = "") -> None:
        """Nothing to be made."""

    def train_dataloader(self) -> Any:
        return torch.utils.data.DataLoader(tokens, batch_size=int(size))

    def val_dataloader(self) -> Any:
        return torch.utils.data.DataLoader(tokens[: int(size)], batch_size=int(size))


try:
    setup(
        "emma-bench",
        Config(
            name="emma-bench",
            block_size=tokens.shape[1] - 1,
            padded_vocab_size=shape["vocab_size"],
            vocab_size=shape["vocab_size"],
            n_layer=shape["num_hidden_layers"],
            n_head=shape["num_attention_heads"],
            n_query_groups=shape["num_key_value_heads"],
            n_embd=shape["hidden_size"],
            intermediate_size=shape["intermediate_size"],
            rotary_percentage=1.0,
            parallel_residual=False,
            bias=False,
            norm_class_name="RMSNorm",
            mlp_class_name="LLaMAMLP",
        ),
        out_dir=Path(out),
        precision="32-true",
        data=Samples(),
        train=TrainArgs(
            save_interval=None,
            log_interval=10,
            global_batch_size=int(size),
            micro_batch_size=int(size),
            max_tokens=tokens.shape[0] * (tokens.shape[1] - 1),
            max_norm=1.0,
            lr_warmup_steps=0,
            min_lr=float(rate),
        ),
        eval=EvalArgs(interval=10**9, max_iters=1, initial_validation=False, final_validation=False),
        optimizer={
            "class_path": "torch.optim.AdamW",
            "init_args": {"lr": float(rate), "weight_decay": 0.0, "betas": (0.9, 0.95), "fused": True},
        },
        devices=1,
        logger_name="csv",
    )
finally:  # 0.5.9 trains to the end and then fails to save
    write()
