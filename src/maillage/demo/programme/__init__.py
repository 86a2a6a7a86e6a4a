"""The living programme of the demo: three years of applications, decisions, payments and obligations."""
