-- because: reads
GRANT SELECT ON TABLE "museum of ""horrors"""."only a key" TO ROLE "analysts ""eu""";
