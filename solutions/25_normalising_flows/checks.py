"""How the answers on normalising flows are exercised. Students may read this file."""

HOURS = 7
