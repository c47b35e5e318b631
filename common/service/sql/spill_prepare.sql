-- For the rest of this transaction: what takes more memory than this goes to the disk. One row of no interest.
SELECT set_config('work_mem', '64kB', true)
