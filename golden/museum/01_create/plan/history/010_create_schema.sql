-- The schema of connector museum.
CREATE SCHEMA IF NOT EXISTS "museum of ""horrors""";
