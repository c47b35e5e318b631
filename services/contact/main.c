#include "contact_service.h"

int main(int argc, char **argv)
{
    return service_main(&CONTACT_SPEC, argc, argv);
}
