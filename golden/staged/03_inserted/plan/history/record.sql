-- Records that a statement has been applied, in the statement's own transaction.
INSERT INTO "shop"."_streamplan_history" ("connector", "version", "plan_id", "statement", "applied_at", "applied_by")
VALUES ('shop', ?, ?, ?, GETDATE(), CURRENT_USER);
