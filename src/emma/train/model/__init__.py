"""The model as the trainer sees it: prepared, sharded, and its loss."""
