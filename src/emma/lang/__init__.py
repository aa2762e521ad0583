"""Language identity: codes, scripts, tiers. Ground floor: imports nothing else of EMMA's, and nothing heavy."""
