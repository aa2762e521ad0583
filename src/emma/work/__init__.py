"""Tasks, the executors that run them, progress, signals, and the graph of stages."""
