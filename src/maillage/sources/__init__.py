"""Official files in, typed tables out, with every defect named. No Django."""
