"""Maillage: run a local plan against medical deserts, from the euro voted to the doctor one can reach."""
