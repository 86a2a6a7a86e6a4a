import numpy as np
import pytest

from maillage.science.checks import ScienceError
from maillage.science.decay import (
    Decay,
    Epanechnikov,
    Exponential,
    Gaussian,
    KernelGaussian,
    Logistic,
    Steps,
    within,
)

ALL: list[Decay] = [
    Steps((10, 15, 20), (1, 2 / 3, 1 / 3)),
    within(30),
    Gaussian(np.sqrt(90), 30),
    KernelGaussian(30),
    Exponential(0.12, 30),
    Epanechnikov(30),
    Logistic(12, 5, 45),
]


@pytest.mark.parametrize(
    ("closed", "expected"), [("right", [1, 1, 0.5, 0.5, 0.0]), ("left", [1, 0.5, 0.5, 0.0, 0.0])]
)
def test_a_boundary_belongs_to_the_side_asked_for(closed, expected: list[float]) -> None:
    minutes = np.array([0.0, 10.0, np.nextafter(10, 11), 20.0, np.nextafter(20, 21)])
    assert Steps((10, 20), (1, 0.5), closed)(minutes).tolist() == expected


@pytest.mark.parametrize("decay", ALL, ids=str)
def test_weights_never_grow_with_time_and_vanish_past_the_limit(decay: Decay) -> None:
    minutes = np.linspace(0, 5000, 100_001)
    weights = decay(minutes)
    assert weights.shape == minutes.shape
    assert (np.diff(weights) <= 0).all()
    assert weights[0] > 0
    assert (weights[minutes > decay.limit] == 0).all()
    assert weights.min() == 0


def test_continuous_decays_have_their_published_values() -> None:
    minutes = np.array([0.0, 15.0, 30.0])
    np.testing.assert_allclose(Gaussian(np.sqrt(90), 30)(minutes), np.exp(-(minutes**2) / 180))
    np.testing.assert_allclose(Exponential(0.12, 30)(minutes), np.exp(-0.12 * minutes))
    np.testing.assert_allclose(Epanechnikov(30)(minutes), [0.75, 0.5625, 0.0])
    half = (np.exp(-0.125) - np.exp(-0.5)) / (1 - np.exp(-0.5))
    np.testing.assert_allclose(KernelGaussian(30)(minutes), [1.0, half, 0.0], atol=1e-15)

    def growth(d):
        return 1 + np.exp(np.pi * (d - 12) / (5 * np.sqrt(3)))

    np.testing.assert_allclose(Logistic(12, 5, 45)(minutes), growth(0) / growth(minutes))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Steps((), ()),
        lambda: Steps((10, 20), (1,)),
        lambda: Steps((20, 10), (1, 0.5)),
        lambda: Steps((0, 10), (1, 0.5)),
        lambda: Steps((10,), (-1,)),
        lambda: Steps((10,), (np.nan,)),
        lambda: Steps((np.nan,), (1,)),
        lambda: Steps((10,), (0,)),
        lambda: Steps((10,), (1,), "both"),  # type: ignore[arg-type]
        lambda: Gaussian(0, 30),
        lambda: KernelGaussian(-1),
        lambda: Exponential(0.1, np.inf),
        lambda: Epanechnikov(np.nan),
        lambda: Logistic(10, 0, 30),
    ],
)
def test_impossible_parameters_are_refused(wrong) -> None:
    with pytest.raises(ScienceError):
        wrong()
