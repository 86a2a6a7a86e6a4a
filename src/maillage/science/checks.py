"""The door of the room: what every function asks of the arrays it is given.

A refused array raises :class:`ScienceError` with one French sentence that says what is wrong, where, and what
to do, because that sentence reaches the person who loaded the data.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.integer]
BoolArray = npt.NDArray[np.bool_]


class ScienceError(ValueError):
    """Input that cannot be computed on; its message is a French sentence made to be shown."""


def nonnegative(values: npt.ArrayLike, length: int, name: str, *, columns: bool = False) -> FloatArray:
    """``values`` as float64 of shape ``(length,)``, or ``(length, k)`` when ``columns`` allows it.

    :param name: how the French sentence calls the array, article included ("la population").
    :raises ScienceError: wrong shape, missing, infinite or negative value.
    """
    array = finite(values, length, name, columns=columns)
    if array.size and array.min() < 0:
        row = int(np.argwhere(array < 0)[0][0])
        raise ScienceError(
            f"Valeur négative dans {name} (première au rang {row}) : une quantité ne peut pas être négative, "
            "corrigez la donnée."
        )
    return array


def finite(values: npt.ArrayLike, length: int, name: str, *, columns: bool = False) -> FloatArray:
    """Like :func:`nonnegative`, negative values allowed."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ScienceError(f"Des nombres sont attendus dans {name} : corrigez la donnée.") from error
    if array.shape[:1] != (length,) or array.ndim > (2 if columns else 1):
        raise ScienceError(
            f"{length} valeurs sont attendues dans {name}, le tableau reçu est de forme {array.shape} : "
            "donnez une valeur par élément."
        )
    bad = ~np.isfinite(array)
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise ScienceError(
            f"Valeurs manquantes ou infinies dans {name} : {int(bad.sum())}, la première au rang {row}. "
            "Écartez ces éléments ou complétez la donnée, une valeur absente n'est pas un zéro."
        )
    return array


def indices(values: npt.ArrayLike, size: int, name: str) -> IntArray:
    """``values`` as a one-dimensional array of whole numbers in ``[0, size)``.

    :raises ScienceError: not whole numbers, not one-dimensional, or out of range.
    """
    array = np.asarray(values)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ScienceError(f"Une liste de numéros entiers est attendue dans {name} : corrigez la donnée.")
    if array.min() < 0 or array.max() >= size:
        raise ScienceError(
            f"Numéro hors limites dans {name} : les numéros vont de 0 à {size - 1}, "
            f"et la donnée va de {array.min()} à {array.max()}."
        )
    return array.astype(np.int64) if array.dtype.kind == "u" else array


def said(value: object) -> str:
    """A number as a French sentence writes it; whatever else was given, as it is."""
    return f"{value:g}".replace(".", ",") if isinstance(value, (int, float)) else str(value)
