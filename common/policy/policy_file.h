#ifndef DUNLIN_POLICY_POLICY_FILE_H
#define DUNLIN_POLICY_POLICY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <cyaml/cyaml.h>

#include "calendar/calendar.h"
#include "policy/sop.h"
#include "status/status.h"

/* A policy's text and what every reader of one needs: its version, its values by a libcyaml schema, and errors that
 * name file, line and field. For the modules that read policies: SOPs, rule packs, templates. */
#define POLICY_FILE_MAX_BYTES (1024 * 1024)

/* Who wants to hear of every problem of a file, not only of the first: whoever checks policies. */
struct policy_problems {
    void (*found)(void *context, const char *path, size_t line, const char *field, const char *text);
    void *context;
    size_t n;
};

struct policy_file {
    char path[512];                    /* as errors show it */
    char version[POLICY_VERSION_SIZE]; /* of `text` */
    char *text;                        /* NUL-terminated */
    size_t len;
    struct policy_problems *problems; /* lent; NULL: reading ends with the first problem */
};

/* Fails with NOT_FOUND, or INVALID_ARGUMENT where it is empty, no text or larger than POLICY_FILE_MAX_BYTES.
 * policy_file_fini frees `text`; a zeroed struct is fine. */
MUST_USE enum status policy_file_read(const char *path, struct policy_file *file, struct error *err);
void policy_file_fini(struct policy_file *file);

/* Values by `schema` (a pointer mapping); unknown and repeated keys are refused, with the nearest that there is.
 * *ret_data belongs to the caller: policy_values_free with the same schema. Fails with INVALID_ARGUMENT. */
MUST_USE enum status policy_file_values(const struct policy_file *file, const cyaml_schema_value_t *schema,
                                        void **ret_data, struct error *err);
void policy_values_free(const cyaml_schema_value_t *schema, void *data);

/* A field by its path: "classes[2].strategy", entries counted from 0. */
#define POLICY_PATH_SIZE 128
struct policy_path {
    char text[POLICY_PATH_SIZE];
};
struct policy_path policy_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* INVALID_ARGUMENT: "<file>:<line>: <path>: <why>". The line is that of the field, or of what stands around it where it
 * is missing. */
enum status policy_refuse(const struct policy_file *file, struct error *err, struct policy_path path,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same about the byte `offset` of a field's text: in a block ("|") the line is that of the byte. */
enum status policy_refuse_text(const struct policy_file *file, struct error *err, struct policy_path path,
                               const char *text, size_t offset, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* True where reading goes on after a failure, to find the other problems: only who returns policy_problem in the end
 * may ask. */
bool policy_goes_on(const struct policy_file *file, enum status st);
/* OK where the file had no problem yet, else INVALID_ARGUMENT. */
MUST_USE enum status policy_problem(const struct policy_file *file, struct error *err);

/* The line of a field, as errors name it. */
size_t policy_line(const struct policy_file *file, struct policy_path path);

/* Refuses codes other than 1 to 63 letters, digits and "_ . - +". */
MUST_USE enum status policy_check_code(const struct policy_file *file, struct policy_path path, const char *code,
                                       struct error *err);

/* Refuses numbers outside of min to max, both included. */
MUST_USE enum status policy_check_range(const struct policy_file *file, struct policy_path path, int64_t value,
                                        int64_t min, int64_t max, struct error *err);

/* A day as files write it, YYYY-MM-DD. */
MUST_USE enum status policy_read_date(const struct policy_file *file, struct policy_path path, const char *text,
                                      struct date *ret_date, struct error *err);

/* BLAKE2b-256 of bytes as hex, what `b2sum -l 256` prints. */
void policy_version(const void *bytes, size_t len, char version[static POLICY_VERSION_SIZE]);

#endif
