"""How base and adapted model go on with a text, side by side: `emma try`."""
