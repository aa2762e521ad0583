"""How work is done: tasks, the executor that runs them, progress, and the graph of stages."""
