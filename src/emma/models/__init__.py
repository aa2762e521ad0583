"""Parts that all stages share which run a model: output head, context length, device, precision, loading, checks."""

import logging

for _name in ("torchao", "torch.utils._pytree"):
    # Where torchao is installed, both complain on every start of what does not matter here: kernels for other devices.
    logging.getLogger(_name).setLevel(logging.ERROR)
