"""The runtime: a plan directory in, effects out. It holds no SQL and parses none: every statement is a file of the plan."""
