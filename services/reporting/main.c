#include "reporting_service.h"

int main(int argc, char **argv)
{
    return service_main(&REPORTING_SPEC, argc, argv);
}
