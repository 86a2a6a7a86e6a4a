"""Every change to an application, its documents, its clock and its calls."""
