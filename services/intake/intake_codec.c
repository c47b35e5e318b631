#include "intake_codec.h"
#include "service/wire.h"

#include <stdint.h>
#include <string.h>

/* The kinds' numbers are the wire's: checked here, where the two meet. */
_Static_assert((int)DEBT_KIND_COUNT == DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL + 1, "debt kind");
_Static_assert((int)DEBT_KIND_STUDENT_LOAN == DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_STUDENT_LOAN, "debt kind");

struct codec_scratch codec_scratch_new(void)
{
    return (struct codec_scratch){.allocated = g_ptr_array_new_with_free_func(g_free)};
}

void codec_scratch_reset(struct codec_scratch *scratch)
{
    g_ptr_array_set_size(scratch->allocated, 0);
}

void codec_scratch_fini(struct codec_scratch *scratch)
{
    g_clear_pointer(&scratch->allocated, g_ptr_array_unref);
}

static void *scratch_alloc(struct codec_scratch *scratch, size_t size)
{
    void *block = g_malloc0(size);
    g_ptr_array_add(scratch->allocated, block);
    return block;
}

static Dunlin__Intake__V1__PhoneKind wire_phone_kind(enum phone_kind kind)
{
    switch (kind) {
    case PHONE_UNKNOWN:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_UNSPECIFIED;
    case PHONE_FIXED:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_FIXED;
    case PHONE_MOBILE:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_MOBILE;
    case PHONE_TOLL_FREE:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_TOLL_FREE;
    case PHONE_VOIP:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_VOIP;
    case PHONE_OTHER:
        return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_OTHER;
    }
    return DUNLIN__INTAKE__V1__PHONE_KIND__PHONE_KIND_OTHER;
}

static size_t count_zones(const char *zones)
{
    size_t n = *zones ? 1 : 0;

    for (; *zones; zones++)
        n += *zones == ',';
    return n;
}

/* "A,B" as two texts of the scratch. */
static void set_zones(Dunlin__Intake__V1__ContactPoint *point, const char *zones, struct codec_scratch *scratch)
{
    point->n_zones = count_zones(zones);
    if (point->n_zones == 0)
        return;
    char *copy = scratch_alloc(scratch, strlen(zones) + 1);
    memcpy(copy, zones, strlen(zones));
    point->zones = scratch_alloc(scratch, point->n_zones * sizeof(*point->zones));
    char *rest = copy;
    for (size_t i = 0; i < point->n_zones; i++)
        point->zones[i] = strsep(&rest, ",");
}

Dunlin__Intake__V1__ContactPoint **codec_contact_points(const struct debtor *debtor, const size_t *indexes, size_t n,
                                                        struct codec_scratch *scratch)
{
    if (n == 0)
        return NULL;
    Dunlin__Intake__V1__ContactPoint **list = scratch_alloc(scratch, n * sizeof(*list));
    Dunlin__Intake__V1__ContactPoint *points = scratch_alloc(scratch, n * sizeof(*points));
    for (size_t i = 0; i < n; i++) {
        const struct contact_point *from = &g_array_index(debtor->contacts, struct contact_point, indexes[i]);
        dunlin__intake__v1__contact_point__init(&points[i]);
        points[i].contact_point_id = wire_id(&from->id);
        points[i].kind = (Dunlin__Intake__V1__ContactPointKind)from->contact.kind;
        points[i].value = wire_text(from->contact.value);
        points[i].phone_kind = wire_phone_kind(from->contact.phone_kind);
        set_zones(&points[i], from->contact.zones, scratch);
        list[i] = &points[i];
    }
    return list;
}

void codec_provenance(const struct provenance *provenance, Dunlin__Intake__V1__Provenance *ret)
{
    dunlin__intake__v1__provenance__init(ret);
    ret->placement_id = wire_id(&provenance->placement_id);
    ret->file_name = wire_text(provenance->file_name);
    ret->line = provenance->line;
    ret->record_hash = wire_bytes(provenance->record_hash, sizeof(provenance->record_hash));
}

void codec_account_placed(const struct account *account, const struct debtor *debtor, struct codec_scratch *scratch,
                          struct codec_placed *ret)
{
    Dunlin__Intake__V1__AccountPlaced *message = &ret->message;
    size_t n = debtor->contacts->len;
    size_t *all = scratch_alloc(scratch, (n + 1) * sizeof(*all));

    for (size_t i = 0; i < n; i++)
        all[i] = i;
    codec_provenance(&account->provenance, &ret->provenance);
    dunlin__intake__v1__account_placed__init(message);
    message->account_id = wire_id(&account->id);
    message->debtor_id = wire_id(&account->debtor_id);
    message->client = wire_text(account->client);
    message->client_reference = wire_text(account->client_reference);
    message->balance_minor = account->balance.minor;
    message->currency = wire_text(account->balance.currency);
    message->due_on_days = account->due_on.days;
    message->opened_on_days = account->opened_on.days;
    message->debtor_name = wire_text(debtor->name);
    message->is_natural_person = debtor->is_natural_person;
    message->n_contact_points = n;
    message->contact_points = codec_contact_points(debtor, all, n, scratch);
    message->is_disputed = account->is_disputed;
    message->provenance = &ret->provenance;
    message->placed_at_us = account->placed_at_us;
    message->debt_kind = (Dunlin__Intake__V1__DebtKind)account->debt_kind;
}

void codec_summary(const struct placement *placement, const struct placement_progress *progress,
                   Dunlin__Intake__V1__PlacementSummary *ret)
{
    const struct row_counts *placed = &progress->placed_counts;
    const struct row_counts *checked = &progress->checked_counts;

    dunlin__intake__v1__placement_summary__init(ret);
    ret->placement_id = wire_id(&placement->id);
    ret->file_name = wire_text(placement->file_name);
    ret->kind = (Dunlin__Intake__V1__FileKind)placement->kind;
    ret->stage = (Dunlin__Intake__V1__PlacementStage)placement->stage;
    ret->accepted = placed->accepted;
    ret->rejected = placed->rejected;
    ret->skipped = placed->skipped;
    ret->amount_minor = placed->amount_minor;
    ret->currency = wire_text(placed->currency);
    ret->counted_rows = checked->accepted + checked->rejected + checked->skipped;
    ret->counted_minor = checked->amount_minor;
}

struct raw_row codec_raw_row(const Dunlin__Intake__V1__Row *row)
{
    return (struct raw_row){
        .line = row->line,
        .bytes = row->record.data ? row->record.data : (const uint8_t *)"",
        .len = row->record.len,
        .is_oversize = row->is_oversize,
        .is_unterminated = row->is_unterminated,
    };
}
