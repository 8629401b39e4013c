#include <stdint.h>

int32_t oauth_print_providers(void);

int main(void) {
    return oauth_print_providers();
}
