-- Moves a placement. $1 partition, $2 id, $3 stage, $4 control count, $5 control sum, $6 completed at or NULL.
UPDATE intake.placement SET stage = $3, control_count = $4, control_minor = $5, completed_at_us = $6 WHERE partition = $1 AND placement_id = $2
