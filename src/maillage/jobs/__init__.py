"""Long work with progress, heartbeat, cancel and recovery."""
