"""Questions to a finished run, a home or a recipe. All have one shape, and so does each command of `emma.cli`.

- The question is a function named by a verb (`list_stages`, `compare_runs`). It takes what is asked first (Run, Home or
  Recipe), returns a typed answer of plain values (a dataclass or TypedDict), and prints nothing. It is what a notebook
  calls.
- `render_text(answer)` yields the lines that a terminal shows; where there is a page, `render_page(answer)` is its
  HTML.
- JSON is the answer itself: `emma.cli.options.print_answer(answer, render_text, as_json)` prints either.

Errors of questions that cannot be answered are RecipeErrors that say what is there to be asked.
"""
