"""Names beside points hide none."""

from emma.ui.labels import label_points, place_label


def test_a_name_hides_no_point_and_stays_inside() -> None:
    crowd = [(x, y) for x in range(200, 300, 6) for y in range(100, 200, 6)]
    for point in [(200, 100), (298, 196), (248, 148)]:
        box = place_label(point, "Program code", crowd)
        assert box.is_inside_axes()
        assert not any(box.hides(each) for each in crowd)
    first, second = label_points([((300, 200), "English"), ((302, 200), "Program code")], [(300, 200), (302, 200)])
    assert first.split("y=")[1] != second.split("y=")[1]
