"""Finished runs side by side, each difference on what both were measured on."""
