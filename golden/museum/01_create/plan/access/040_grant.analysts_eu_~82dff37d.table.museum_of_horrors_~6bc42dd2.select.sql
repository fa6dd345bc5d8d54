-- because: reads
GRANT SELECT ON TABLE "museum of ""horrors"""."select" TO ROLE "analysts ""eu""";
