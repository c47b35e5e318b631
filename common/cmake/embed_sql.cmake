# Turns FOLDER/sql/*.sql and FOLDER/migrations/NNNN_*.sql into OUT.h and OUT.c: a `const struct db_statement` a statement,
# named <AREA>_<FILE> in capitals and prepared as "<area>.<file>"; and the array <AREA>_MIGRATIONS in the order of the numbers.
# A file without a statement is refused: PostgreSQL would run it, and it would do nothing.

function(c_string file out)
    file(READ ${file} text)
    string(REGEX REPLACE "--[^\n]*|/\\*([^*]|\\*+[^*/])*\\*+/|[; \t\r\n]" "" statements "${text}")
    if(statements STREQUAL "")
        message(FATAL_ERROR "${file} has no statement")
    endif()
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
    set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()

string(TOUPPER ${AREA} AREA_UPPER)
set(header "#ifndef DUNLIN_${AREA_UPPER}_SQL_H\n#define DUNLIN_${AREA_UPPER}_SQL_H\n\n#include \"db/db.h\"\n\n")
set(source "#include \"${AREA}_sql.h\"\n\n")
set(all "")

file(GLOB statements ${FOLDER}/sql/*.sql)
foreach(file ${statements})
    get_filename_component(name ${file} NAME_WE)
    string(TOUPPER ${name} upper)
    c_string(${file} text)
    string(APPEND header "extern const struct db_statement ${AREA_UPPER}_${upper};\n")
    string(APPEND source "const struct db_statement ${AREA_UPPER}_${upper} = { \"${AREA}.${name}\",\n    ${text} };\n\n")
    string(APPEND all "    &${AREA_UPPER}_${upper},\n")
endforeach()
string(APPEND header "\n/* Every statement of this folder, NULL last: for the test that prepares them all. */\n"
                     "extern const struct db_statement *const ${AREA_UPPER}_STATEMENTS[];\n")
string(APPEND source "const struct db_statement *const ${AREA_UPPER}_STATEMENTS[] = {\n${all}    NULL,\n};\n\n")

file(GLOB migrations ${FOLDER}/migrations/*.sql)
list(SORT migrations)
set(rows "")
foreach(file ${migrations})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    string(REGEX REPLACE "^0+" "" number ${number})
    c_string(${file} text)
    string(APPEND rows "    { ${number}, \"${name}\",\n    ${text} },\n")
endforeach()
string(APPEND header "\n/* In ascending order, ended by number 0. */\nextern const struct db_migration ${AREA_UPPER}_MIGRATIONS[];\n\n#endif\n")
string(APPEND source "const struct db_migration ${AREA_UPPER}_MIGRATIONS[] = {\n${rows}    { 0, NULL, NULL },\n};\n")

file(WRITE ${OUT}.h "${header}")
file(WRITE ${OUT}.c "${source}")
