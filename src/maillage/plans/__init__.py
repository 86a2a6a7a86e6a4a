"""The plan: axes, measures, money, milestones, targets and indicators."""
