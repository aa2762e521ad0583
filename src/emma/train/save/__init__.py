"""What a training writes: checkpoints to go on from, and models."""
