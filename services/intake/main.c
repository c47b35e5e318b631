#include "intake_service.h"

int main(int argc, char **argv)
{
    return service_main(&INTAKE_SPEC, argc, argv);
}
