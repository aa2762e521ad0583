"""What keeps a base as it was, and what keeps text from being learnt by heart."""
