-- A schema that tables of the connector land in.
CREATE SCHEMA IF NOT EXISTS "raw_public";
