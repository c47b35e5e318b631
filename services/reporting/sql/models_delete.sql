-- Throws the read models of partitions away and notes up to where they are to be built again. The partitions' cursors are held by this transaction.
-- $1 smallint[] partitions. No rows. Keys of all tables.
WITH asked AS (SELECT unnest($1::smallint[]) AS partition),
     noted AS (
         INSERT INTO reporting.rebuild AS r (partition, until_seq)
         SELECT asked.partition, coalesce(max(p.last_seq), 0) FROM asked LEFT JOIN reporting.progress AS p ON p.partition = asked.partition
         GROUP BY asked.partition
         ON CONFLICT (partition) DO UPDATE SET until_seq = greatest(r.until_seq, EXCLUDED.until_seq)
     ),
     gone_accounts AS (DELETE FROM reporting.account AS t USING asked WHERE t.partition = asked.partition),
     gone_movements AS (DELETE FROM reporting.movement AS t USING asked WHERE t.partition = asked.partition),
     gone_timelines AS (DELETE FROM reporting.timeline AS t USING asked WHERE t.partition = asked.partition),
     gone_counters AS (DELETE FROM reporting.counter AS t USING asked WHERE t.partition = asked.partition),
     gone_histograms AS (DELETE FROM reporting.histogram AS t USING asked WHERE t.partition = asked.partition),
     gone_aging AS (DELETE FROM reporting.aging AS t USING asked WHERE t.partition = asked.partition)
DELETE FROM reporting.progress AS t USING asked WHERE t.partition = asked.partition
