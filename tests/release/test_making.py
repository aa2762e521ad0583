"""What the card says of the making."""

from emma.release.making import cite, list_addresses, list_settings


def test_settings_in_the_order_of_the_card() -> None:
    training = {"steps": 1200, "optimizer": "adamw", "seed": 1234, "learning_rate": 3e-05, "merge": 0.3}
    assert list(list_settings(training)) == [
        ("optimiser", "adamw"),
        ("learning rate", "3e-05"),
        ("steps", "1,200"),
        ("seed", "1234"),
    ]
    assert list_addresses({"collect": "a1", "curate": "b2"}) == "collect `a1`, curate `b2`"


def test_a_title_in_any_script_can_be_cited() -> None:
    assert cite("EMMA 500 ኢማ", ("A. Person", "B. Person"), "Model") == (
        "@misc{emma-500,\n  title = {EMMA 500 ኢማ},\n  author = {A. Person and B. Person},\n"
        "  howpublished = {Model: path/to/this/folder},\n}"
    )
    assert cite("ኢማ", (), "Model").startswith("@misc{model,\n  title = {ኢማ},\n  howpublished")
