"""The result tables that the authors of EMMA-500 published: read, added up anew, and checked."""
