#ifndef DUNLIN_STATUS_SCOPE_H
#define DUNLIN_STATUS_SCOPE_H

/* Ownership in the type of a declaration: SCOPED(thing_freep) struct thing *thing = NULL; frees it when the scope ends;
 * TAKE(thing) hands it on and leaves NULL behind. */
#define SCOPED(freep) __attribute__((cleanup(freep)))
#define MUST_USE      __attribute__((warn_unused_result))

#define TAKE(pointer)                                                                                                  \
    __extension__({                                                                                                    \
        __typeof__(pointer) taken_ = (pointer);                                                                        \
        (pointer) = NULL;                                                                                              \
        taken_;                                                                                                        \
    })

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
