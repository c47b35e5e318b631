# How Dunlin's modules, services and tests are declared. One function a kind of target.

add_library(dunlin_flags INTERFACE)
target_compile_options(dunlin_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings
    -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion -Wfloat-equal
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    # Clang looks into GLib's macros: g_utf8_next_char casts const away. GCC does not, and checks our own casts.
    $<$<COMPILE_LANG_AND_ID:C,Clang>:-Wno-cast-qual>
    $<$<BOOL:${DUNLIN_WERROR}>:-Werror>)
target_compile_definitions(dunlin_flags INTERFACE _GNU_SOURCE DUNLIN_VERSION="${PROJECT_VERSION}")

if(DUNLIN_SANITIZE)
    add_compile_options(-fsanitize=${DUNLIN_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${DUNLIN_SANITIZE})
endif()

# dunlin_program(<target>): what every program is linked with, tests too.
function(dunlin_program target)
    target_link_libraries(${target} PRIVATE dunlin_flags)
    if(DUNLIN_SANITIZE MATCHES thread)
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/tsan_order.c)
        target_link_libraries(${target} PRIVATE PkgConfig::GLIB PkgConfig::ZMQ ${CMAKE_DL_LIBS})
    endif()
endfunction()

# dunlin_add_subdirectories(<dir>): every folder of <dir> that has a CMakeLists.txt.
function(dunlin_add_subdirectories dir)
    file(GLOB lists CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*/CMakeLists.txt)
    foreach(list ${lists})
        get_filename_component(folder ${list} DIRECTORY)
        add_subdirectory(${folder})
    endforeach()
endfunction()

# dunlin_module([DEPS <target>...]): the folder's sources as the static library <folder name>, included as "<folder>/<file>.h".
# DEPS names other modules by their folder and libraries by their imported target.
function(dunlin_module)
    cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
    get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    file(GLOB sources CONFIGURE_DEPENDS *.c *.cc)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/common)
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE dunlin_flags)
    dunlin_embed_sql(${name})
endfunction()

# dunlin_service([DEPS <target>...]): the folder as the library <name>_core and, from main.c, the program dunlin-<name>.
function(dunlin_service)
    cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
    get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    file(GLOB sources CONFIGURE_DEPENDS *.c)
    list(FILTER sources EXCLUDE REGEX "/main\\.c$")
    add_library(${name}_core STATIC ${sources})
    target_include_directories(${name}_core PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name}_core PUBLIC service proto ${ARG_DEPS} PRIVATE dunlin_flags)
    dunlin_embed_sql(${name}_core)
    add_executable(dunlin-${name} main.c)
    target_link_libraries(dunlin-${name} PRIVATE ${name}_core)
    dunlin_program(dunlin-${name})
endfunction()

# dunlin_embed_sql(<target>): sql/*.sql and migrations/*.sql of the folder become <folder>_sql.h and .c, one constant a file.
function(dunlin_embed_sql target)
    get_filename_component(area ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    file(GLOB statements CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sql/*.sql)
    file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql)
    if(NOT statements AND NOT migrations)
        return()
    endif()
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${area}_sql)
    add_custom_command(
        OUTPUT ${out}.c ${out}.h
        COMMAND ${CMAKE_COMMAND} -DAREA=${area} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR} -DOUT=${out}
                -P ${PROJECT_SOURCE_DIR}/common/cmake/embed_sql.cmake
        DEPENDS ${statements} ${migrations} ${PROJECT_SOURCE_DIR}/common/cmake/embed_sql.cmake
        VERBATIM)
    # A migration may be longer than the 4,095 characters that ISO C promises; GCC and Clang have no such limit.
    set_source_files_properties(${out}.c PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
    target_sources(${target} PRIVATE ${out}.c ${out}.h)
    target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
