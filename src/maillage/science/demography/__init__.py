"""How many will practise, where and with what access: careers drawn forward, intervals never left out.

``parameters`` holds what is known or supposed, with its source; ``pyramids`` the ages; ``careers`` one draw
of everybody's career; ``projection`` thousands of draws read by area and year; ``fans`` what is displayed,
a median inside its intervals; ``backtest`` how wrong it would have been.
"""
