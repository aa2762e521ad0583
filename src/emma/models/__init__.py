"""What every stage that runs a model shares: output head, context length, device, precision, loading, checks."""

import logging

for _name in ("torchao", "torch.utils._pytree"):
    # Where torchao is installed, both complain on every start of what is nobody's business: kernels for other devices.
    logging.getLogger(_name).setLevel(logging.ERROR)
