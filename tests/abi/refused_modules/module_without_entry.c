/* A library that is no module: it exports something else. */
__attribute__((visibility("default"))) int not_a_module(void);
int not_a_module(void) {
    return 1;
}
