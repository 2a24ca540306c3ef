"""95 % intervals over seeds. All twins are taken to scatter alike, so every seed of every twin tells of the scatter."""

import math

# The 0.975 quantile of Student's t, by degrees of freedom from 1 on.
T975 = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
]  # fmt: skip


def t975(freedom: int) -> float:
    return T975[freedom - 1] if freedom <= len(T975) else 1.96


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def pooled(groups: list[list[float]]) -> tuple[float, int]:
    """The common standard deviation of groups, and its degrees of freedom."""
    freedom = sum(len(group) - 1 for group in groups)
    if freedom == 0:
        return 0.0, 0
    squares = sum((value - mean(group)) ** 2 for group in groups for value in group)
    return math.sqrt(squares / freedom), freedom


def half_width(groups: list[list[float]], count: int) -> float | None:
    """Of the interval around a mean of `count` values; None where every group has but one."""
    deviation, freedom = pooled(groups)
    return t975(freedom) * deviation / math.sqrt(count) if freedom else None


def difference(
    groups: list[list[float]], a: list[float], b: list[float]
) -> tuple[float, float | None]:
    """mean(a) - mean(b), and half the width of its interval, if it has one."""
    deviation, freedom = pooled(groups)
    width = math.sqrt(1 / len(a) + 1 / len(b)) * deviation
    return mean(a) - mean(b), t975(freedom) * width if freedom else None
