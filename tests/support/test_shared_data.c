#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "test_shared_data.h"

char *test_shared_data(const char *relative)
{
    const char *shared = g_getenv("DUNLIN_SHARED_DIR");
    const char *source = g_getenv("DUNLIN_SOURCE_DIR");
    char *path = shared ? g_build_filename(shared, "data", relative, NULL)
                        : g_build_filename(source ? source : ".", "..", "shared", "data", relative, NULL);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    print_message("skipped: no %s\n", path);
    g_free(path);
    return NULL;
}
