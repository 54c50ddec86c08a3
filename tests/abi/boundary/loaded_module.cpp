#include "loaded_module.hpp"

#include <dlfcn.h>

#include <stdexcept>

namespace boundary_tests {

LoadedModule::LoadedModule(const std::string& path)
    : library_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)), entry_(nullptr), table_(nullptr) {
    if (library_ == nullptr)
        throw std::runtime_error(::dlerror());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym is
    entry_ = reinterpret_cast<wfn_module_entry_function>(::dlsym(library_, WFN_MODULE_ENTRY_NAME));
    if (entry_ == nullptr) {
        ::dlclose(library_);
        throw std::runtime_error(path + " has no " WFN_MODULE_ENTRY_NAME);
    }
    table_ = entry_();
}

LoadedModule::~LoadedModule() {
    ::dlclose(library_);
}

OpenSession::OpenSession(const LoadedModule& module, const char* settings_json) : module_(module) {
    if (module->open(nullptr, settings_json, &session_) != WFN_OK)
        throw std::runtime_error("the session cannot be opened");
}

OpenSession::~OpenSession() {
    close();
}

wfn_status OpenSession::close() {
    if (closed_)
        return WFN_OK;
    const auto status = module_->close(session_);
    closed_ = status == WFN_OK;
    return status;
}

} // namespace boundary_tests
