#include "payment_service.h"

int main(int argc, char **argv)
{
    return service_main(&PAYMENT_SPEC, argc, argv);
}
