"""EMMA adapts language models to hundreds of languages: raw text in, adapted and evaluated model out."""

__version__ = "0.1.0"
