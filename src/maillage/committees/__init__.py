"""Sessions, arbitration and decisions."""
