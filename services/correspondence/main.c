#include "correspondence_service.h"

int main(int argc, char **argv)
{
    return service_main(&CORRESPONDENCE_SPEC, argc, argv);
}
