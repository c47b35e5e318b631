# Writes <OUT>.h and <OUT>.c: the descriptors of all messages, from what protoc-c declared in HEADERS (paths below FOLDER).
set(includes)
set(rows)
foreach(header ${HEADERS})
    string(APPEND includes "#include \"${header}\"\n")
    file(STRINGS ${FOLDER}/${header} declarations REGEX "^extern const ProtobufCMessageDescriptor ")
    foreach(declaration ${declarations})
        string(REGEX REPLACE "^extern const ProtobufCMessageDescriptor ([a-z0-9_]+);.*$" "    &\\1,\n" row "${declaration}")
        string(APPEND rows "${row}")
    endforeach()
endforeach()
file(WRITE ${OUT}.h "#ifndef DUNLIN_MESSAGES_H
#define DUNLIN_MESSAGES_H

#include <protobuf-c/protobuf-c.h>

/* Every message of the contract, NULL last. */
extern const ProtobufCMessageDescriptor *const DUNLIN_MESSAGES[];

#endif
")
file(WRITE ${OUT}.c "#include \"dunlin/messages.h\"\n\n${includes}
const ProtobufCMessageDescriptor *const DUNLIN_MESSAGES[] = {\n${rows}    NULL,\n};\n")
