#ifndef DUNLIN_REPORTING_WORDS_H
#define DUNLIN_REPORTING_WORDS_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

/* Texts for keys and for people. */

#define WORD_SIZE 64

/* A wire enum's value as a key: TELEPHONY_NO_ANSWER is "no_answer", a value that this binary does not know "unknown".
 * Returns `text`. */
const char *word_of(const ProtobufCEnumDescriptor *type, int value, char text[static WORD_SIZE]);

/* The same for people: "no answer". */
const char *words_of(const ProtobufCEnumDescriptor *type, int value, char text[static WORD_SIZE]);

/* Copies as much of `from` as fits and is valid UTF-8, so that PostgreSQL takes it. Always terminates. */
void text_copy(char *to, size_t size, const char *from);

#endif
