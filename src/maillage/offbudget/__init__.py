"""What the authority gives without paying: loan guarantees and tax exemptions."""
