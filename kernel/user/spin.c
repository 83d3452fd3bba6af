// Keeps a hart busy until it is killed.
int main(void) {
    for (;;)
        __asm__ volatile("");
}
