#include <stdio.h>
#include <string.h>

#include "fuzz.h"

/* Runs the target over files and over all files of folders, in the order of their names, each named before it is run:
 * the last name stands above what went wrong. Folders after --if-there are passed over where they are missing. */

static int replay_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize len = 0;

    if (!g_file_get_contents(path, &bytes, &len, &error)) {
        (void)fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    (void)fprintf(stderr, "%s\n", path);
    /* Exactly that many bytes: a sanitizer sees who reads further. */
    g_autofree uint8_t *exact = g_memdup2(bytes, len);
    return LLVMFuzzerTestOneInput(exact, len);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int replay_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;
    int result = 0;

    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    if (paths->len == 0) {
        (void)fprintf(stderr, "nothing in '%s'\n", folder);
        return 1;
    }
    g_ptr_array_sort(paths, compare_names);
    for (guint i = 0; i < paths->len && result == 0; i++)
        if (!g_file_test(g_ptr_array_index(paths, i), G_FILE_TEST_IS_DIR))
            result = replay_file(g_ptr_array_index(paths, i));
    return result;
}

int main(int argc, char **argv)
{
    gboolean may_be_missing = FALSE;
    int result = 0;

    for (int i = 1; i < argc && result == 0; i++) {
        if (strcmp(argv[i], "--if-there") == 0)
            may_be_missing = TRUE;
        else if (g_file_test(argv[i], G_FILE_TEST_IS_DIR))
            result = replay_folder(argv[i]);
        else if (!may_be_missing)
            result = replay_file(argv[i]);
    }
    return result;
}
