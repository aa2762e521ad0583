"""`emma audit LANG`: the sheet that a speaker of a language reads, marks and signs."""
