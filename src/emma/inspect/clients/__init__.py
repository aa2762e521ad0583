"""Does a release open where people open it? Each client opens it in a process of its own, and what it finds there is
compared with what EMMA finds in the model that it trained.

`scripts/` is what runs in the client's process: a few lines of the client's own interface, as a user would write them,
that know nothing of EMMA. A module beside it for each client asks and compares.
"""
