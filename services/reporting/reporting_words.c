#include "reporting_words.h"

#include <string.h>

#include <glib.h>

/* What every name of the enum begins with: that of its zero without "UNSPECIFIED". */
static size_t prefix_length(const ProtobufCEnumDescriptor *type)
{
    const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(type, 0);
    if (!zero || !g_str_has_suffix(zero->name, "UNSPECIFIED"))
        return 0;
    return strlen(zero->name) - strlen("UNSPECIFIED");
}

const char *word_of(const ProtobufCEnumDescriptor *type, int value, char text[static WORD_SIZE])
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    if (!found) {
        (void)g_strlcpy(text, "unknown", WORD_SIZE);
        return text;
    }
    (void)g_strlcpy(text, found->name + prefix_length(type), WORD_SIZE);
    for (char *c = text; *c; c++)
        *c = g_ascii_tolower(*c);
    return text;
}

const char *words_of(const ProtobufCEnumDescriptor *type, int value, char text[static WORD_SIZE])
{
    (void)word_of(type, value, text);
    return g_strdelimit(text, "_", ' ');
}

void text_copy(char *to, size_t size, const char *from)
{
    (void)g_strlcpy(to, from, size);
    const char *end = to;
    if (!g_utf8_validate(to, -1, &end))
        to[end - to] = '\0';
}
