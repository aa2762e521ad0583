"""What a training is watched by: loss by source, held-out text, forgetting, spikes, logs."""
