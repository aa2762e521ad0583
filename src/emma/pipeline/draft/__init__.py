"""`emma new`: look at somebody's own text and draft the recipe that reads it."""
