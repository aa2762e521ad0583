"""Which documents trained a model: its ledger, summed and shown, and what is removed from the next."""
