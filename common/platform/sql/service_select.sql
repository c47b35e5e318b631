-- Tells role_service_ensure, which can take no parameter, which service it is for; until the transaction ends.
-- $1 text: the service. One row.
SELECT set_config('dunlin.service', $1::text, true)
