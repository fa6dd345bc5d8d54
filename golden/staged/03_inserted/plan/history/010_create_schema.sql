-- The schema of connector shop.
CREATE SCHEMA IF NOT EXISTS "shop";
