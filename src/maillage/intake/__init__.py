"""Official files through the door: recognised, staged, swapped in, reported."""
