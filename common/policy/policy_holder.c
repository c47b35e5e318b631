#include "policy/policy_holder.h"

#include <glib.h>

static enum status read_files(struct policy_holder *holder, struct error *err)
{
    SCOPED(sop_freep) struct sop *sop = NULL;
    SCOPED(agreements_freep) struct agreements *agreements = NULL;
    enum status st = holder->sop_path == NULL ? STATUS_OK : sop_load(holder->sop_path, &sop, err);

    if (st == STATUS_OK && holder->agreements_path != NULL)
        st = agreements_load(holder->agreements_path, &agreements, err);
    if (st != STATUS_OK)
        return st;
    sop_free(holder->sop);
    agreements_free(holder->agreements);
    holder->sop = TAKE(sop);
    holder->agreements = TAKE(agreements);
    return STATUS_OK;
}

enum status policy_holder_open(const char *sop_path, const char *agreements_path, void **ret_holder, struct error *err)
{
    struct policy_holder *holder = g_new0(struct policy_holder, 1);
    *holder = (struct policy_holder){.sop_path = g_strdup(sop_path), .agreements_path = g_strdup(agreements_path)};
    enum status st = read_files(holder, err);

    if (st == STATUS_OK)
        *ret_holder = holder;
    else
        policy_holder_close(holder);
    return st;
}

enum status policy_holder_reload(void *holder, struct error *err)
{
    return read_files(holder, err);
}

void policy_holder_close(void *holder)
{
    struct policy_holder *self = holder;

    if (!self)
        return;
    sop_free(self->sop);
    agreements_free(self->agreements);
    g_free(self->sop_path);
    g_free(self->agreements_path);
    g_free(self);
}
