"""What stands at the end of a run."""

from emma.inspect.results import render_benchmarks
from emma.report.task_summary import GroupMean, TaskSummary


def test_the_end_of_a_run_says_what_benchmarks_gained() -> None:
    mean = GroupMean(
        native=False,
        clean=False,
        group_by="all",
        group="all",
        languages=7,
        baseline=25.2,
        value=27.1,
        gain=1.87,
        low=-5.35,
        high=9.09,
    )
    means = [mean, {**mean, "clean": True}, {**mean, "group_by": "script"}]
    summary = TaskSummary(
        model="adapted", baseline="base", comparisons=34, better=8, worse=6, unsure=20, means=means, tasks=[]
    )
    assert [*render_benchmarks(summary)] == [
        "benchmarks: 34 compared, 8 better, 6 worse",
        "translated: +1.9 points [−5.3, +9.1], 7 languages",
    ]
