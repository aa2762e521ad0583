"""The plan as text: a table of what is planned, what takes the memory, and a sentence that says whether it fits."""

from collections.abc import Iterator

from emma.inspect.plan.estimate import TrainingPlan
from emma.ui.numerals import format_bytes, format_count, format_duration, format_share, format_short
from emma.ui.terminal import format_table

TERM_NAMES = {
    "weights": "weights, float32, sharded",
    "gradients": "gradients, float32",
    "moments": "the optimiser's moments",
    "gathered": "whole copies of blocks in use",
    "activations": "activations",
    "loss": "logits and gradient of the head",
}
TIME_NAMES = {
    "loss": "at the loss",
    "first block": "at the first block of the backward pass",
    "end": "at the end of the backward pass",
}


def render_text(plan: TrainingPlan) -> Iterator[str]:
    """The plan, line by line."""
    yield f"Plan of training '{plan['recipe']}'"
    yield ""
    yield from format_table([[name, value] for name, value in list_rows(plan)])
    yield ""
    yield f"Memory of each process when it has most, {TIME_NAMES[plan['memory']['when']]}"
    rows = [[what, format_bytes(plan["memory"][name])] for name, what in TERM_NAMES.items()]
    yield from format_table([*rows, ["together", format_bytes(plan["memory"]["total"])]])
    yield f"of {format_bytes(plan['capacity'])} that the allocator can give on {plan['machine']['name']}"
    yield ""
    yield render_verdict(plan)


def list_rows(plan: TrainingPlan) -> Iterator[tuple[str, str]]:
    """Rows of the table: what is planned, and what it will take."""
    model, machine = plan["model"], plan["machine"]
    yield (
        "model",
        f"{format_short(model['weights'])} weights: {model['layers']} blocks, {format_count(model['width'])} wide, "
        f"{format_count(model['rows'])} rows{', tied' if model['tied'] else ''} (from {model['from']})",
    )
    yield "tokens", f"{format_count(plan['tokens'])}, in sequences of {format_count(plan['sequence_length'])}"
    last = plan["tokens"] % plan["batch_tokens"]
    rest = f", the last of {format_count(last)}" if last else ""
    yield "steps", f"{format_count(plan['steps'])} of {format_count(plan['batch_tokens'])} tokens{rest}"
    yield "operations", f"{plan['flops']:.2e}: {format_short(plan['flops_per_token'], 'FLOP')} a token (6 N + 12 L d S)"
    power = f", {machine['watts']:g} W" if machine["watts"] else ""
    yield "machine", f"{plan['ranks']} × {machine['name']}: {format_bytes(machine['memory'])}{power}"
    if plan["tokens_per_s"] is None:
        yield "speed", "not known of this machine: give --tokens-per-second, or --measure"
        return
    used = f", {format_share(plan['mfu'])} of its bfloat16 peak" if plan["mfu"] else ""
    yield "speed", f"{format_count(round(plan['tokens_per_s']))} tokens/s on each{used}: {plan['speed_from']}"
    least, hours, kwh = say_least(plan), plan["device_hours"] or 0.0, plan["kwh"]
    # In tenths, of which a minute of one machine is none.
    summed = f"; {hours:,.1f} {name_device(plan)}-hours" if hours >= 0.05 else ""
    yield "time", f"{least}{format_duration(plan['hours'])}{summed}"
    if kwh:
        amount = f"{kwh:,.1f} kWh" if kwh >= 0.05 else format_short(1000 * kwh, "Wh")
        yield "energy", f"{least}{amount} at {plan['watts']:g} W, cooling and hosts not counted"
    if plan["money"]:
        yield "money", f"{least}{plan['money']:,.2f} at {plan['price']:g} an hour"


def render_verdict(plan: TrainingPlan) -> str:
    """Whether it can be done, and what it costs, in a sentence."""
    total, most = format_bytes(plan["memory"]["total"]), format_bytes(plan["capacity"])
    if plan["fits"]:
        return f"It fits: {total} of {most}{render_costs(plan)}."
    # Both ways out: other settings here, or more machines as it is.
    ways = []
    if plan["remedy"]:
        ways.append("with " + ", ".join(f"train.{key} = {_value(value)}" for key, value in plan["remedy"].items()))
    if plan["fewest_ranks"]:
        ways.append(f"as it is on {plan['fewest_ranks']} × {plan['machine']['name']}")
    then = (
        f"It would {', or '.join(ways)}." if ways else "No setting and no number of them helps: take a smaller model."
    )
    return f"It does not fit: {total} of {most}. {then}"


def render_costs(plan: TrainingPlan) -> str:
    """Time and money as the end of the verdict."""
    if plan["hours"] is None:
        return ""
    money = f" and {plan['money']:,.2f}" if plan["money"] else ""
    where = " on such a GPU" if plan["machine"]["kind"] == "cuda" else ""
    advice = f"; --measure{where} takes seconds and says how long" if plan["speed_is_assumed"] else ""
    return f", and takes {say_least(plan)}{format_duration(plan['hours'])}{money}{advice}"


def say_least(plan: TrainingPlan) -> str:
    """What stands before an amount that follows from a speed that was not measured."""
    return "at least " if plan["speed_is_assumed"] else ""


def name_device(plan: TrainingPlan) -> str:
    """The word for what an hour is of: GPU or machine."""
    return "GPU" if plan["machine"]["kind"] == "cuda" else "machine"


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
