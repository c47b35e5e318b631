-- No parameters. The machine's clock rules again.
UPDATE platform.clock SET business_us = NULL, version = version + 1 WHERE business_us IS NOT NULL
