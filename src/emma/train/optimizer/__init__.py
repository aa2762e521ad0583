"""What moves the weights, and how far: optimisers, their moments, their rates."""
