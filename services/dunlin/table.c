#include "table.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "clock/clock.h"
#include "money/money.h"

char *table_number(int64_t number)
{
    g_autofree char *digits = g_strdup_printf("%" PRIu64, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    GString *text = g_string_new(number < 0 ? "-" : "");
    const size_t n = strlen(digits);
    for (size_t i = 0; i < n; i++) {
        g_string_append_c(text, digits[i]);
        if (i + 1 < n && (n - i - 1) % 3 == 0)
            g_string_append_c(text, ',');
    }
    return g_string_free(text, FALSE);
}

char *table_duration(int64_t us)
{
    const double seconds = (double)us / (double)US_PER_S;
    if (us < US_PER_MS)
        return g_strdup_printf("%" PRId64 " us", us);
    if (us < US_PER_S)
        return g_strdup_printf("%" PRId64 " ms", us / US_PER_MS);
    if (us < US_PER_MIN)
        return g_strdup_printf("%.1f s", seconds);
    if (us < 2 * US_PER_HOUR)
        return g_strdup_printf("%.0f min", seconds / 60);
    if (us < 2 * US_PER_DAY)
        return g_strdup_printf("%.0f h", seconds / 3600);
    return g_strdup_printf("%.0f days", seconds / 86400);
}

static char *money_cell(const json_t *row, const char *key)
{
    g_autofree char *minor_key = g_strconcat(key, "_minor", NULL);
    const json_t *minor = json_object_get(row, minor_key);
    const char *currency = json_string_value(json_object_get(row, "currency"));
    if (!json_is_integer(minor))
        return g_strdup("");
    if (currency == NULL || currency_exponent(currency) < 0)
        return table_number(json_integer_value(minor));
    struct money money = {.minor = json_integer_value(minor)};
    (void)g_strlcpy(money.currency, currency, sizeof(money.currency));
    char text[MONEY_TEXT_SIZE];
    return g_strdup(money_format_text(money, text));
}

/* "2026-11-22T16:00:00.123456Z" to the second, without the letters. */
static char *instant_cell(const char *text)
{
    if (strlen(text) < 19)
        return g_strdup(text);
    return g_strdup_printf("%.10s %.8sZ", text, text + 11);
}

/* Texts come from clients' files: a line end would break the table, and an escape sequence the terminal. */
static char *shown_text(const char *text)
{
    GString *shown = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (c == '\n')
            g_string_append(shown, ", ");
        else
            g_string_append_unichar(shown, g_unichar_iscntrl(c) ? 0xFFFD : c);
    }
    return g_string_free(shown, FALSE);
}

static char *list_cell(const json_t *list)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (i > 0)
            g_string_append(text, ", ");
        if (json_is_string(item))
            g_string_append(text, json_string_value(item));
        else if (json_is_integer(item))
            g_string_append_printf(text, "%" PRId64, (int64_t)json_integer_value(item));
    }
    char *shown = shown_text(text->str);
    (void)g_string_free(text, TRUE);
    return shown;
}

static char *plain_cell(const json_t *value)
{
    if (json_is_string(value))
        return shown_text(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "yes" : "");
    if (json_is_integer(value))
        return g_strdup_printf("%" PRId64, (int64_t)json_integer_value(value));
    if (json_is_real(value))
        return g_strdup_printf("%.2f", json_real_value(value));
    return json_is_array(value) ? list_cell(value) : g_strdup("");
}

char *table_cell(const json_t *row, const struct column *column)
{
    const json_t *value = json_object_get(row, column->key);
    switch (column->kind) {
    case COLUMN_MONEY:
        return money_cell(row, column->key);
    case COLUMN_NUMBER:
        return json_is_integer(value) ? table_number(json_integer_value(value)) : plain_cell(value);
    case COLUMN_INSTANT:
        return json_is_string(value) ? instant_cell(json_string_value(value)) : g_strdup("");
    case COLUMN_US:
        return json_is_integer(value) ? table_duration(json_integer_value(value)) : g_strdup("");
    case COLUMN_TEXT:
    case COLUMN_LIST:
        break;
    }
    return plain_cell(value);
}

static bool is_right(const struct column *column)
{
    return column->kind == COLUMN_NUMBER || column->kind == COLUMN_MONEY || column->kind == COLUMN_US;
}

static void print_padded(const char *text, int width, bool to_right, bool is_last)
{
    const int pad = width - (int)g_utf8_strlen(text, -1);
    if (to_right)
        (void)printf("%*s%s", pad, "", text);
    else
        (void)printf("%s%*s", text, is_last ? 0 : pad, "");
}

static size_t count_columns(const struct column *columns)
{
    size_t n = 0;
    while (columns[n].title != NULL)
        n++;
    return n;
}

static void print_line(const struct column *columns, size_t n, char *const *cells, const int *widths)
{
    for (size_t c = 0; c < n; c++) {
        (void)fputs(c == 0 ? "  " : "  ", stdout);
        print_padded(cells != NULL ? cells[c] : columns[c].title, widths[c], is_right(&columns[c]), c + 1 == n);
    }
    (void)fputc('\n', stdout);
}

void table_print(struct cli *cli, const json_t *rows, const struct column *columns)
{
    if (cli_is_json(cli))
        return;
    const size_t n = count_columns(columns);
    const size_t n_rows = json_array_size(rows);
    if (n_rows == 0) {
        cli_say(cli, "  (none)");
        return;
    }
    g_autofree int *widths = g_new0(int, n);
    g_autofree char **cells = g_new0(char *, n *n_rows);
    for (size_t c = 0; c < n; c++) {
        widths[c] = (int)g_utf8_strlen(columns[c].title, -1);
        for (size_t r = 0; r < n_rows; r++) {
            char *cell = table_cell(json_array_get(rows, r), &columns[c]);
            cells[r * n + c] = cell;
            widths[c] = MAX(widths[c], (int)g_utf8_strlen(cell, -1));
        }
    }
    (void)fputs(cli_colour(cli, CLI_DIM), stdout);
    print_line(columns, n, NULL, widths);
    (void)fputs(cli_colour(cli, CLI_PLAIN), stdout);
    for (size_t r = 0; r < n_rows; r++)
        print_line(columns, n, cells + r * n, widths);
    for (size_t i = 0; i < n * n_rows; i++)
        g_free(cells[i]);
}

void table_print_object(struct cli *cli, const json_t *object, const struct column *columns)
{
    if (cli_is_json(cli))
        return;
    int width = 0;
    for (const struct column *column = columns; column->title != NULL; column++)
        width = MAX(width, (int)g_utf8_strlen(column->title, -1));
    for (const struct column *column = columns; column->title != NULL; column++) {
        g_autofree char *cell = table_cell(object, column);
        if (cell[0] != '\0')
            (void)printf("  %s%-*s%s  %s\n", cli_colour(cli, CLI_DIM), width, column->title, cli_colour(cli, CLI_PLAIN),
                         cell);
    }
}
