"""The runtime: a plan directory in, effects out. It holds no SQL: every statement is a file of the plan."""
