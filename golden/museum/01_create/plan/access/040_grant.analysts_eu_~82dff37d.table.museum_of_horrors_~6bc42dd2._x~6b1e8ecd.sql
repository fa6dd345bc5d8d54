-- because: reads
GRANT SELECT ON TABLE "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" TO ROLE "analysts ""eu""";
