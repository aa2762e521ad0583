"""Showing things: numbers, tables and snippets for terminals, SVG charts and HTML pages."""
