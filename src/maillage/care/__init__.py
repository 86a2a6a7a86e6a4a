"""Who cares where: practitioners, structures, facilities."""
