-- streamplan_deployer works with the privileges of shop_deployer.
GRANT ROLE "shop_deployer" TO "streamplan_deployer";
