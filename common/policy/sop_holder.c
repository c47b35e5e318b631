#include "policy/sop_holder.h"

#include <glib.h>

enum status sop_holder_open(const char *path, void **ret_holder, struct error *err)
{
    struct sop *sop = NULL;
    enum status st = sop_load(path, &sop, err);

    if (st != STATUS_OK)
        return st;
    struct sop_holder *holder = g_new0(struct sop_holder, 1);
    *holder = (struct sop_holder){.path = g_strdup(path), .sop = sop};
    *ret_holder = holder;
    return STATUS_OK;
}

enum status sop_holder_reload(void *holder, struct error *err)
{
    struct sop_holder *self = holder;
    struct sop *fresh = NULL;
    enum status st = sop_load(self->path, &fresh, err);

    if (st != STATUS_OK)
        return st;
    sop_free(self->sop);
    self->sop = fresh;
    return STATUS_OK;
}

void sop_holder_close(void *holder)
{
    struct sop_holder *self = holder;

    if (!self)
        return;
    sop_free(self->sop);
    g_free(self->path);
    g_free(self);
}
