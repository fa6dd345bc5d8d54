-- Records that a statement has been applied, in the statement's own transaction.
INSERT INTO {{ table }} ("connector", "version", "plan_id", "statement", "applied_at", "applied_by")
VALUES ({{ connector }}, ?, ?, ?, GETDATE(), CURRENT_USER);
