"""The peers that EMMA's corpus engine is compared with: for each a script, and the versions it was measured with."""
