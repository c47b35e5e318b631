#include "originator.h"

#include <string.h>

#include <sodium.h>

#include "ach/ach.h"
#include "policy/policy_file.h"

static const cyaml_strval_t KINDS[] = {{"checking", OFFSET_CHECKING}, {"savings", OFFSET_SAVINGS}};

#define TEXT(name, flags, max)                                                                                         \
    CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | (flags), struct originator, name, 1, max)

static const cyaml_schema_field_t FIELDS[] = {
    TEXT(agency, CYAML_FLAG_DEFAULT, 64),
    TEXT(destination, CYAML_FLAG_DEFAULT, 9),
    TEXT(destination_name, CYAML_FLAG_DEFAULT, 23),
    TEXT(origin, CYAML_FLAG_DEFAULT, 10),
    TEXT(origin_name, CYAML_FLAG_DEFAULT, 23),
    TEXT(company, CYAML_FLAG_DEFAULT, 16),
    TEXT(company_id, CYAML_FLAG_DEFAULT, 10),
    TEXT(odfi, CYAML_FLAG_DEFAULT, ACH_DFI_DIGITS),
    TEXT(offset_routing, CYAML_FLAG_OPTIONAL, 9),
    TEXT(offset_account, CYAML_FLAG_OPTIONAL, 17),
    CYAML_FIELD_ENUM("offset_kind", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct originator, offset_kind, KINDS,
                     CYAML_ARRAY_LEN(KINDS)),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t ORIGINATOR = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct originator, FIELDS)};

static const cyaml_schema_field_t FILE_FIELDS[] = {
    CYAML_FIELD_SEQUENCE_COUNT("originators", CYAML_FLAG_POINTER, struct originators, all, n, &ORIGINATOR, 1, 1000),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t SCHEMA = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct originators, FILE_FIELDS)};

static bool is_odfi(const char *text)
{
    return strlen(text) == ACH_DFI_DIGITS && strspn(text, "0123456789") == ACH_DFI_DIGITS;
}

static enum status check(const struct policy_file *file, const struct originators *originators, unsigned i,
                         struct error *err)
{
    const struct originator *one = &originators->all[i];

    if (!ach_routing_is_valid(one->destination))
        return policy_refuse(file, err, policy_path("originators[%u].destination", i),
                             "'%s' is no routing number: nine digits, the last one a check digit", one->destination);
    if (!is_odfi(one->odfi))
        return policy_refuse(file, err, policy_path("originators[%u].odfi", i),
                             "'%s' is not the first eight digits of a routing number", one->odfi);
    if ((one->offset_routing == NULL) != (one->offset_account == NULL))
        return policy_refuse(file, err, policy_path("originators[%u].offset_account", i),
                             "offset_routing and offset_account go together");
    if (one->offset_routing != NULL && !ach_routing_is_valid(one->offset_routing))
        return policy_refuse(file, err, policy_path("originators[%u].offset_routing", i),
                             "'%s' is no routing number: nine digits, the last one a check digit", one->offset_routing);
    for (unsigned k = 0; k < i; k++)
        if (strcmp(originators->all[k].agency, one->agency) == 0)
            return policy_refuse(file, err, policy_path("originators[%u].agency", i), "'%s' is there twice",
                                 one->agency);
    return STATUS_OK;
}

enum status originators_load(const char *path, struct originators **ret_originators, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    SCOPED(originators_freep) struct originators *originators = NULL;
    void *data = NULL;
    enum status st = policy_file_read(path, &file, err);

    if (st == STATUS_OK)
        st = policy_file_values(&file, &SCHEMA, &data, err);
    originators = data;
    for (unsigned i = 0; st == STATUS_OK && i < originators->n; i++)
        st = check(&file, originators, i, err);
    if (st == STATUS_OK)
        *ret_originators = TAKE(originators);
    return st;
}

void originators_free(struct originators *originators)
{
    policy_values_free(&SCHEMA, originators);
}

void originators_freep(struct originators **originators)
{
    originators_free(*originators);
    *originators = NULL;
}

const struct originator *originators_find(const struct originators *originators, const char *agency)
{
    for (unsigned i = 0; i < originators->n; i++)
        if (strcmp(originators->all[i].agency, agency) == 0)
            return &originators->all[i];
    return NULL;
}

static void add(crypto_generichash_state *state, const char *text)
{
    const char *value = text != NULL ? text : "";

    (void)crypto_generichash_update(state, (const unsigned char *)value, strlen(value) + 1);
}

void originator_hash(const struct originator *originator, uint8_t hash[static ORIGINATOR_HASH_BYTES])
{
    const unsigned char kind = (unsigned char)originator->offset_kind;
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, ORIGINATOR_HASH_BYTES);
    add(&state, originator->destination);
    add(&state, originator->destination_name);
    add(&state, originator->origin);
    add(&state, originator->origin_name);
    add(&state, originator->company);
    add(&state, originator->company_id);
    add(&state, originator->odfi);
    add(&state, originator->offset_routing);
    add(&state, originator->offset_account);
    (void)crypto_generichash_update(&state, &kind, sizeof(kind));
    (void)crypto_generichash_final(&state, hash, ORIGINATOR_HASH_BYTES);
}
