#include "unit_run.h"

enum status unit_run(const struct unit_run *run, struct error *err)
{
    return run->attempt(run->context, err);
}

void unit_run_end(const struct service_spec *spec)
{
    (void)spec;
}
