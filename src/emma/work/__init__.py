"""How work is done: tasks, the executor that runs them, progress, the graph of stages. Above the ground floor only."""
