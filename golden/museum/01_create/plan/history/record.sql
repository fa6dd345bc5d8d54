-- Records that a statement has been applied, in the statement's own transaction.
INSERT INTO "museum of ""horrors"""."_streamplan_history" ("connector", "version", "plan_id", "statement", "applied_at", "applied_by")
VALUES ('museum', ?, ?, ?, GETDATE(), CURRENT_USER);
