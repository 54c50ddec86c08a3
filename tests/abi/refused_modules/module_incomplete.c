/* A module whose table ends before version 1.0's does. */
#include <workflow_node/node.h>

static const wfn_module module = {.struct_size = offsetof(wfn_module, run_cancel),
                                  .abi_major = WFN_ABI_MAJOR};

__attribute__((visibility("default"))) const wfn_module* wfn_module_entry(void) {
    return &module;
}
