#include <string.h>

#include "fuzz.h"
#include "fuzz_problems.h"
#include "template/template_load.h"

/* A file read as a template: an error that names the file and, where it is about something in it, the line; or a
 * template that renders, with values that try to become fields, lines or markup. */

#define MARK "{{debtor_name}}\x1b\r\n\u202E<b>"

static struct template_values all_values(void)
{
    struct template_values values = {0};
    for (unsigned i = 0; i < TEMPLATE_FIELD_COUNT; i++) {
        const enum template_field field = (enum template_field)i;
        switch (template_field_row(field)->kind) {
        case TEMPLATE_TEXT:
        case TEMPLATE_LINES:
            template_set_text(&values, field, MARK);
            break;
        case TEMPLATE_MONEY:
            template_set_money(&values, field, (struct money){INT64_MIN + 1, "KWD"});
            break;
        case TEMPLATE_DATE:
            template_set_date(&values, field, (struct date){INT32_MAX});
            break;
        case TEMPLATE_NUMBER:
            template_set_number(&values, field, INT64_MIN);
            break;
        case TEMPLATE_RATE:
            template_set_rate(&values, field, INT64_MAX);
            break;
        }
    }
    return values;
}

static void check_rendered(const struct template *template)
{
    SCOPED(template_text_fini) struct template_text text = {0};
    const struct template_values values = all_values();
    struct error err = {0};
    const enum status st = template_render(template, &values, &text, &err);
    FUZZ_CHECK(st == STATUS_OK, "%s", err.text);
    FUZZ_CHECK(strchr(text.subject, '\n') == NULL && strchr(text.subject, '\r') == NULL, "lines of '%s'", text.subject);
    FUZZ_CHECK(strstr(text.body, "\u202E") == NULL || strstr(template->body, "\u202E") != NULL, "'%s'", text.body);
    if (template->used != 0) {
        const struct template_values none = {0};
        SCOPED(template_text_fini) struct template_text blank = {0};
        FUZZ_CHECK(template_render(template, &none, &blank, &err) == STATUS_INVALID_ARGUMENT, "blank fields");
        FUZZ_CHECK(blank.subject == NULL && blank.body == NULL, "a text and an error");
    } else {
        FUZZ_CHECK(strcmp(text.body, template->body) == 0, "'%s' became '%s'", template->body, text.body);
    }
}

static enum status read_template(const struct policy_file *file, struct error *err)
{
    SCOPED(template_fini) struct template template = {0};
    return template_from_file(file, &template, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    SCOPED(templates_freep) struct template_set *set = NULL;
    struct error err = {0};
    const char *path = fuzz_file(0, bytes, len);
    const enum status st = templates_load(path, &set, &err);
    fuzz_problems(path, len, st != STATUS_OK, read_template);
    if (st != STATUS_OK) {
        FUZZ_CHECK(set == NULL, "an error and templates");
        fuzz_refusal(st, &err, path, len);
        return 0;
    }
    const struct template *template = &set->all[0];
    FUZZ_CHECK(set->n == 1 && template->channels != 0, "%zu templates", set->n);
    FUZZ_CHECK((template->used & ~template->fields) == 0, "a field that is not declared");
    FUZZ_CHECK(templates_find_exact(set, template->name, template->language) == template, "not found");
    check_rendered(template);
    return 0;
}
