"""Arrays in, arrays out: accessibility, travel times, inequality, zoning. No Django; files: `blocks` only."""
