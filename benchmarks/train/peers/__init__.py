"""The same training by others, each as a script of its own; `clock` times them all alike."""
