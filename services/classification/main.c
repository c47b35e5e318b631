#include "classification_service.h"

int main(int argc, char **argv)
{
    return service_main(&CLASSIFICATION_SPEC, argc, argv);
}
