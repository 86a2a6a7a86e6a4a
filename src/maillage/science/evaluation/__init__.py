"""After the fact: did aid change anything? Aided communes against others, and how long the aided stay.

``conclusions`` says what may be concluded, in words; ``matching`` finds comparable communes; ``effects`` the
difference-in-differences with staggered starts; ``placebo`` what chance alone would give; ``survival`` how
long people stay.
"""
