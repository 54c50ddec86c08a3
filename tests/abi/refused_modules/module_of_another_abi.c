/* A module of a major version to come: a host of this one must refuse it, whatever else it holds. */
#include <workflow_node/node.h>

static const wfn_module module = {.struct_size = sizeof(wfn_module), .abi_major = WFN_ABI_MAJOR + 1};

__attribute__((visibility("default"))) const wfn_module* wfn_module_entry(void) {
    return &module;
}
