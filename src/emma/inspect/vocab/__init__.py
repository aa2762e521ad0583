"""`emma vocab report TOKENIZER...`: what languages cost in tokens, side by side, and what more pieces would save."""
