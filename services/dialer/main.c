#include "dialer_service.h"

int main(int argc, char **argv)
{
    return service_main(&DIALER_SPEC, argc, argv);
}
