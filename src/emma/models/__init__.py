"""What every stage that runs a model shares: output head, context length, device, precision, loading."""
