-- Finds the staged rows that no stored row completed.
SELECT "_streamplan_op"
FROM "_streamplan_stage"
WHERE "_streamplan_op" LIKE 'k%'
  OR "_streamplan_op" LIKE 'm%';
