#pragma once

#include <workflow_node/node.h>

#include <string>

namespace boundary_tests {

// The module in this process, from load to unload. Throws std::runtime_error where it cannot be loaded.
class LoadedModule {
public:
    explicit LoadedModule(const std::string& path = MODULE_PATH);
    LoadedModule(const LoadedModule&) = delete;
    LoadedModule& operator=(const LoadedModule&) = delete;
    ~LoadedModule();

    const wfn_module* operator->() const noexcept { return table_; }
    const wfn_node& node() const noexcept { return *table_->nodes[0]; }
    wfn_module_entry_function entry() const noexcept { return entry_; }

private:
    void* library_;
    wfn_module_entry_function entry_;
    const wfn_module* table_;
};

// A session, closed at the latest by the destructor.
class OpenSession {
public:
    explicit OpenSession(const LoadedModule& module, const char* settings_json = nullptr);
    OpenSession(const OpenSession&) = delete;
    OpenSession& operator=(const OpenSession&) = delete;
    ~OpenSession();

    wfn_session* get() const noexcept { return session_; }
    wfn_status close();

private:
    const LoadedModule& module_;
    wfn_session* session_ = nullptr;
    bool closed_ = false;
};

} // namespace boundary_tests
