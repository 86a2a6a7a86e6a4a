"""The rules of a scheme: read, judged, explained. Pure Python: dates in, values and French sentences out."""
