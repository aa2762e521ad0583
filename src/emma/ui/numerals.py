"""Numbers as people read them: few digits, the unit beside the number, a dash for what was not measured."""

MISSING = "–"
SPACE = "\u202f"
"""Narrow no-break space, between digits and before units."""
MINUS = "\u2212"

PREFIXES = ("", "k", "M", "G", "T", "P")


def format_decimal(value: float | None, digits: int = 2) -> str:
    """A fixed number of decimals, with a real minus sign."""
    if value is None:
        return MISSING
    text = f"{value:.{digits}f}"
    # Rounded to zero, a small loss would read as -0.00.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def format_signed(value: float | None, digits: int = 3) -> str:
    """A fixed number of decimals, with a plus sign on what is above zero."""
    text = format_decimal(value, digits)
    return f"+{text}" if value is not None and float(f"{value:.{digits}f}") > 0 else text


def format_share(value: float | None) -> str:
    """A share as per cent; what is above 0 never reads as 0."""
    if value is None:
        return MISSING
    if 0 < value < 0.001:
        return f"<{SPACE}0.1{SPACE}%"
    return f"{100 * value:.1f}{SPACE}%" if value else f"0{SPACE}%"


def format_count(value: int | None) -> str:
    """A whole number in groups of three digits."""
    return MISSING if value is None else f"{value:,}".replace(",", SPACE)


def format_short(value: float | None, unit: str = "") -> str:
    """Three digits and a decimal prefix: 12.3 kB with unit "B"; what is above 0 never reads as 0."""
    if value is None:
        return MISSING
    if 0 < value < 0.005:
        return f"<{SPACE}0.01{SPACE}{unit}".rstrip()
    power = 0
    # From 999.5 on, three digits would round to 1000.
    while abs(value) >= 999.5 and power < len(PREFIXES) - 1:
        value, power = value / 1000, power + 1
    is_whole = value == round(value) and power == 0
    digits = 0 if is_whole else max(0, 2 - (abs(value) >= 9.995) - (abs(value) >= 99.95))
    tail = PREFIXES[power] + unit
    return f"{value:.{digits}f}{SPACE}{tail}" if tail else f"{value:.{digits}f}"


def format_bytes(value: float | None) -> str:
    """Bytes, in decimal multiples."""
    return format_short(value, "B")


def format_tick(value: float, unit: str = "") -> str:
    """A round number on an axis: as few digits as it has, with a decimal prefix from a thousand on."""
    power = 0
    while abs(value) >= 1000 and power < len(PREFIXES) - 1:
        value, power = value / 1000, power + 1
    tail = PREFIXES[power] + unit
    return f"{value:g}".replace("-", MINUS) + (SPACE + tail if tail else "")


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_power(value: float | None) -> str:
    """A number as a few digits times a power of ten: 1.23 · 10²¹."""
    if value is None:
        return MISSING
    digits, power = f"{value:.2e}".split("e")
    return f"{digits}{SPACE}·{SPACE}10{str(int(power)).translate(SUPERSCRIPTS)}"


def format_duration(hours: float | None) -> str:
    """A length of time, in the unit that fits; below a second nothing is so exact."""
    if hours is None:
        return MISSING
    if hours >= 48:
        return f"{hours / 24:,.1f} days"
    if hours >= 1:
        return f"{hours:.1f} hours"
    if (minutes := round(60 * hours)) >= 1:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return "less than a second" if 0 < 3600 * hours < 1 else f"{3600 * hours:.2g} seconds"
