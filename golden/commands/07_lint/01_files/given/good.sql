-- fine
CREATE TABLE "shop"."t" ("a" INTEGER) DISTSTYLE AUTO;
