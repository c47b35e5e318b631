#ifndef DUNLIN_CLI_FLEET_WAIT_H
#define DUNLIN_CLI_FLEET_WAIT_H

#include "cli.h"
#include "fleet.h"

/* Waits until every one of `processes` (those with a pid) has announced itself as serving, and the services that own
 * partitions own them all. Fails with UNAVAILABLE and the last lines of its log where one ends, DEADLINE_EXCEEDED
 * naming those that are missing. */
MUST_USE enum status fleet_wait_ready(struct cli *cli, const struct fleet_process *processes, size_t n,
                                      int64_t timeout_ms, struct error *err);

#endif
