"""Cost: what adding a language to a base would take and bring, before anybody begins."""
