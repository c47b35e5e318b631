-- No parameters. business_us bigint, NULL where the machine's clock rules. One row.
SELECT business_us FROM platform.clock
