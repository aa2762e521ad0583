"""What builds the documentation: the site's configuration, and the reference that is made from the code."""
