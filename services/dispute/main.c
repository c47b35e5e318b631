#include "dispute_service.h"

int main(int argc, char **argv)
{
    return service_main(&DISPUTE_SPEC, argc, argv);
}
