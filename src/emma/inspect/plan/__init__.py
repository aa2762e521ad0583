"""Plan: what a training run will take, before any of it is paid for: memory, hours, energy, money."""
