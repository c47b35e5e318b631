#ifndef DUNLIN_CLI_WHEN_H
#define DUNLIN_CLI_WHEN_H

#include <stdint.h>

#include "status/status.h"

/* "90s", "15m", "1h", "2d", "1w", "1d12h": positive. Fails with INVALID_ARGUMENT. */
MUST_USE enum status when_parse_duration(const char *text, int64_t *ret_us, struct error *err);

#endif
