"""`emma diff A B`: how two compiled corpora differ, language by language."""
