"""Building a matrix of travel times by road, which then comes through the door like any other file."""
