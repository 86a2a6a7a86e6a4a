"""A room whose only job takes a while, for a worker that gets killed in the middle of it."""
