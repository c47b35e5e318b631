# Turns IN, lines "<prefix>|<zone>[&<zone>...]", into OUT, the constants that phone_zones_table.h declares: prefixes in the
# order of strcmp, each list of zones once.

file(STRINGS ${IN} lines REGEX "^[0-9]+\\|")
# A blank sorts before every digit, so that a prefix stands before the longer ones that begin with it; "|" sorts after them.
list(TRANSFORM lines REPLACE "\\|" " ")
list(SORT lines COMPARE STRING)

set(lists "")
set(rows "")
set(n_lists 0)
set(max_digits 0)
foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9]+) ([A-Za-z0-9_/&+-]+)$" matched "${line}")
    if(NOT matched)
        message(FATAL_ERROR "${IN}: not a prefix and its zones: '${line}'")
    endif()
    set(prefix ${CMAKE_MATCH_1})
    set(zones ${CMAKE_MATCH_2})
    if(NOT DEFINED "list_of_${zones}")
        string(REPLACE "&" "\", \"" names "${zones}")
        string(APPEND lists "static const char *const ZONES_${n_lists}[] = {\"${names}\", NULL};\n")
        set("list_of_${zones}" ${n_lists})
        math(EXPR n_lists "${n_lists} + 1")
    endif()
    string(REGEX MATCHALL "&" separators "${zones}")
    list(LENGTH separators n_zones)
    math(EXPR n_zones "${n_zones} + 1")
    string(APPEND rows "    {\"${prefix}\", ZONES_${list_of_${zones}}, ${n_zones}},\n")
    string(LENGTH ${prefix} digits)
    if(digits GREATER max_digits)
        set(max_digits ${digits})
    endif()
endforeach()
list(LENGTH lines n_rows)

file(WRITE ${OUT}
    "#include \"phone/phone_zones_table.h\"\n\n#include <stddef.h>\n\n${lists}\n"
    "const struct phone_prefix PHONE_PREFIXES[] = {\n${rows}};\n\n"
    "const size_t PHONE_PREFIXES_COUNT = ${n_rows};\nconst size_t PHONE_PREFIX_MAX_DIGITS = ${max_digits};\n")
