"""Settle the language of a source: what the files say, then names, then a model, then the script; else a doubt."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from emma.collect.config import PAIR_READER
from emma.lang.codes import resolve
from emma.lang.language import Lang
from emma.pipeline.draft.columns import name_language
from emma.pipeline.draft.doubts import MAX_ODD, doubt_codes, doubt_names
from emma.pipeline.draft.languages import (
    describe_scripts,
    find_name_pattern,
    find_scheme,
    guess_by_script,
    identify_texts,
    is_written_in,
)
from emma.pipeline.draft.names import find_language_words
from emma.pipeline.draft.sources import DraftSource, Identify, Sample
from emma.pipeline.draft.trials import read_sample

ENOUGH = 0.95
"""Share of the texts whose language is known from which nothing more is tried."""
SURE, MIN_TEXTS = 0.7, 1
"""Share of the texts that a model must give one language."""
PAIR = re.compile(r"(?:^|[/._-])([a-z]{2,3}(?:_[A-Z][a-z]{3})?)[-_]([a-z]{2,3}(?:_[A-Z][a-z]{3})?)(?=[/._-]|$)")
MAX_CHARS = 2_000
"""Characters of a file that show its script."""


def settle_languages(
    source: DraftSource,
    root: Path,
    beside: Sequence[str],
    identify: Identify | None,
    language: str,
) -> None:
    """Settle the language of a source's texts, in the order of what is sure; note what is not."""
    steps = (_by_content, _by_scheme, _by_pair_name, _by_name, _by_config, _by_words)
    if not source.sample.rows or any(step(source, root, beside) for step in steps):
        doubt_codes(source)
        doubt_names(source)
        return
    if not (_by_stated(source, root, language) or _by_model(source, root, identify) or _by_script(source, root)):
        _give_up(source)


def _is_known(sample: Sample) -> bool:
    return bool(sample.rows) and len(sample.named) >= ENOUGH * len(sample.rows)


def _try(source: DraftSource, root: Path, reason: str, **settings: object) -> bool:
    """Change settings if more texts have a language with them; whether nearly all have then."""
    before, sample, reasons = source.config, source.sample, dict(source.reasons)
    source.change(reason, **settings)
    source.sample = read_sample(source.config, root)
    if len(source.sample.named) <= len(sample.named):
        source.config, source.sample, source.reasons = before, sample, reasons
        return False
    return _is_known(source.sample)


def _by_content(source: DraftSource, _root: Path, _beside: Sequence[str]) -> bool:
    return _is_known(source.sample)


def _by_scheme(source: DraftSource, root: Path, _beside: Sequence[str]) -> bool:
    """Codes that another scheme knows."""
    codes = [code for row in source.sample.rows for code in (row.code, row.code2) if code]
    if not codes:
        return False
    scheme = find_scheme(codes, source.config.scheme)
    return scheme != source.config.scheme and _try(
        source, root, "most of its codes are languages when read so", scheme=scheme
    )


def _by_pair_name(source: DraftSource, root: Path, _beside: Sequence[str]) -> bool:
    """The languages of both sides by a part of the path such as `en-sw`."""
    if source.config.reader != PAIR_READER and not any(row.text2 for row in source.sample.rows):
        return False
    found = {match.groups() for name in source.group.names for match in PAIR.finditer(name)}
    labels = {tuple(map(name_language, pair)) for pair in found}
    labels = {pair for pair in labels if all(pair)}
    if len(labels) != 1:
        return False
    first, second = labels.pop()
    if source.config.lang2 is None and source.config.lang is not None:
        return _try(source, root, "by the names of the files", lang2=first if second == source.config.lang else second)
    return _try(source, root, "by the names of the files, in their order", lang=first, lang2=second)


def _by_name(source: DraftSource, root: Path, beside: Sequence[str]) -> bool:
    """A place in the names of the files at which their languages stand."""
    if any(row.code for row in source.sample.rows if not row.lang):
        return False  # its texts name languages, which are not known: names of files do not help
    if found := find_name_pattern(source.group.names, _texts_by_file(source.sample), beside):
        parts = ", ".join(list(found.parts)[:3])
        settings: dict[str, object] = {"lang_from": found.pattern}
        if found.scheme != source.config.scheme:
            settings["scheme"] = found.scheme
        return _try(source, root, f"the languages are in the names of the files: {parts}", **settings)
    return False


def _texts_by_file(sample: Sample) -> dict[str, str]:
    """The beginning of what was read of each file."""
    texts: dict[str, str] = {}
    for row in sample.rows:
        if len(before := texts.get(row.file, "")) < MAX_CHARS:
            texts[row.file] = f"{before}\n{row.text}"
    return texts


def _by_config(source: DraftSource, root: Path, _beside: Sequence[str]) -> bool:
    """The configuration of a data set of the hub that its README calls by a language."""
    label = name_language(source.group.config)
    return bool(label) and _try(source, root, f"by the configuration '{source.group.config}' of its README", lang=label)


def _by_words(source: DraftSource, root: Path, _beside: Sequence[str]) -> bool:
    """Languages among other words in the names of folders and files."""
    if any(row.text2 or (row.code and not row.lang) for row in source.sample.rows):
        return False
    found, before = _read_words(source), source.config
    if not found:
        return False
    words = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    pattern = rf"(?<![^\W\d_])({words})(?![^\W\d_])"
    settings: dict[str, object] = {"lang_from": pattern, "codes": {**before.codes, **found}}
    if len(found) == 1 and all(re.search(pattern, name) for name in source.group.names):
        settings = {"lang": next(iter(found.values()))}
    known = _try(source, root, f"by words in the names: {', '.join(list(found)[:3])}", **settings)
    if source.config is not before:
        told = ", ".join(f"{word} is {label}" for word, label in list(found.items())[:MAX_ODD])
        source.doubt(
            "lang", f"Languages are taken from words in the names of folders or files: {told}. {_ask_names(found)}"
        )
    return known


def _ask_names(found: Mapping[str, str]) -> str:
    """The question whether words in names mean the languages that they seem to."""
    names = list(dict.fromkeys(Lang.parse(label).name for label in found.values()))
    if len(names) > MAX_ODD:
        return "Are these the languages? If not, change `codes`."
    return f"Is it {' or '.join(names)}? If not, change `{'lang' if len(names) == 1 else 'codes'}`."


def _read_words(source: DraftSource) -> dict[str, str]:
    """The label of each word that is a language in a name, if the script of the texts under it does not refute it."""
    texts: dict[tuple[str, str], str] = {}
    for name, text in _texts_by_file(source.sample).items():
        words = find_language_words(name)
        for word in words.items() if len(words) == 1 else ():
            texts[word] = f"{texts.get(word, '')}\n{text}"
    return {word: resolve(iso, text).label for (word, iso), text in sorted(texts.items()) if is_written_in(iso, text)}


def _open_side(source: DraftSource) -> str:
    """`lang2` where only the second side of pairs is not known, else `lang`."""
    pairs = [row for row in source.sample.rows if row.text2]
    return "lang2" if pairs and any(row.has_lang for row in pairs) else "lang"


def _by_stated(source: DraftSource, root: Path, language: str) -> bool:
    if not language or any(row.text2 for row in source.sample.rows):
        return False
    if _try(source, root, "the one language of the goal; nothing in the files says it", lang=language):
        source.doubt(
            "lang", f"Nothing in the files says their language; {language} is taken, as the goal names it alone."
        )
        return True
    return False


def _by_model(source: DraftSource, root: Path, identify: Identify | None) -> bool:
    if identify is None:
        return False
    side = _open_side(source)
    texts = [row.text2 if side == "lang2" else row.text for row in source.sample.rows if not row.lang]
    label, share = identify_texts(identify, texts[:500])
    if not label or share < SURE:
        found = f"the model gives {label} to {100 * share:.0f} % of its texts" if label else "the model knows none"
        source.doubt(side, f"Language identification does not agree on one language: {found}.")
        return False
    if _try(source, root, f"by language identification, {100 * share:.0f} % of the sample", **{side: label}):
        name = Lang.parse(label).name
        source.doubt(side, f"The language is a model's word: {label} ({name}) for {100 * share:.0f} % of the sample.")
        return True
    return False


def _by_script(source: DraftSource, root: Path) -> bool:
    side = _open_side(source)
    texts = [row.text2 if side == "lang2" else row.text for row in source.sample.rows if not row.lang]
    if not (label := guess_by_script(texts[:500])):
        return False
    if _try(source, root, "by its script, which hardly any other language is written in", **{side: label}):
        source.doubt(side, f"The language is guessed from the script: {label} ({Lang.parse(label).name}).")
        return True
    return False


def _give_up(source: DraftSource) -> None:
    """Say that the language is not known, and what would tell it."""
    sample, side = source.sample, _open_side(source)
    named = len(sample.named)
    texts = [row.text2 if side == "lang2" else row.text for row in sample.rows if not row.lang]
    scripts = describe_scripts(texts[:500])
    if sample.unknown and any(sample.unknown):
        codes = ", ".join(f"'{code}'" for code, _ in sample.unknown.most_common(MAX_ODD) if code)
        source.doubt(
            "codes", f"These are no languages that are known: {codes}. Say what they stand for, {{code = label}}."
        )
        return
    some = f"for {len(sample.rows) - named} of the {len(sample.rows)} texts in the sample " if named else ""
    other = " of the translations" if side == "lang2" else ""
    several = next((words for name in source.group.names if len(words := find_language_words(name)) > 1), {})
    told = f" Names of its files have several languages in them: {', '.join(several)}." if several else ""
    source.doubt(
        side,
        f"Nothing says the language{other} {some}(script: {scripts or 'none'}). Set `{side}`, such as swh_Latn; or "
        "`lang_from` or `fields.lang` if it differs from file to file or row to row; or look again with --lid MODEL."
        f"{told}",
    )
