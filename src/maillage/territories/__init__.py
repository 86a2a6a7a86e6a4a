"""Communes, EPCI, départements, contours, zones, travel times, and the datasets they came from."""
