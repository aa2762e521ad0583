"""transformers' Trainer: `hf_trainer MODEL BATCHES BATCH_SIZE LEARNING_RATE OUT`."""

import sys

import numpy as np
import torch
from transformers import LlamaForCausalLM, Trainer, TrainingArguments

from benchmarks.train.peers import clock

model_folder, batches, size, rate, out = sys.argv[1:]
clock.start()
arrays = {name: torch.from_numpy(array) for name, array in np.load(batches).items()}


class Samples(torch.utils.data.Dataset):
    """The samples in EMMA's order; the loss takes its targets as they are, instead of shifting the labels."""

    def __len__(self) -> int:
        return len(arrays["inputs"])

    def __getitem__(self, row: int) -> dict[str, torch.Tensor]:
        targets = arrays["targets"][row]
        return {
            "input_ids": arrays["inputs"][row],
            "position_ids": arrays["positions"][row],
            "labels": targets,
            "shift_labels": targets,
        }


class InOrder(Trainer):
    """No shuffling."""

    def _get_train_sampler(self, *_: object) -> torch.utils.data.Sampler:
        return torch.utils.data.SequentialSampler(self.train_dataset)


trainer = InOrder(
    model=LlamaForCausalLM.from_pretrained(model_folder, dtype=torch.float32),
    train_dataset=Samples(),
    args=TrainingArguments(
        output_dir=out,
        per_device_train_batch_size=int(size),
        num_train_epochs=1,
        learning_rate=float(rate),
        lr_scheduler_type="constant",
        optim="adamw_torch_fused",
        weight_decay=0.0,
        adam_beta2=0.95,
        max_grad_norm=1.0,
        use_cpu=True,
        logging_steps=10,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        remove_unused_columns=False,
    ),
)
trainer.train()
clock.write(next(row["loss"] for row in reversed(trainer.state.log_history) if "loss" in row))
