/* The header on its own, as C and as C++; every name of it that is a macro is used. */
#include <workflow_node/node.h>

wfn_status call_everything(wfn_module_entry_function entry);

wfn_status call_everything(wfn_module_entry_function entry) {
    const wfn_module* module = entry != NULL ? entry() : wfn_module_entry();
    wfn_session* session = NULL;
    wfn_status status = module->abi_major == WFN_ABI_MAJOR ? WFN_OK : WFN_INTERNAL_ERROR;
    if (WFN_HAS(wfn_module, module, run_release) && status == WFN_OK)
        status = module->open(NULL, WFN_MODULE_ENTRY_NAME, &session);
    return module->abi_minor == WFN_ABI_MINOR ? status : module->close(session);
}
