"""`emma mix show`: what a mix gives each tier and language, before there is text or after, and what a step saw."""
