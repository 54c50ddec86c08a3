#include "handles.hpp"

#include "sha256.hpp"

#include <openssl/crypto.h>

#include <atomic>

namespace pixelml {
namespace {

struct Handles {
    HandleTable<Session, 1> sessions;
    HandleTable<Run, 2> runs;
};

// A pointer, because an exit() of the host destroys global objects while sessions may still be at work.
constinit std::atomic<Handles*> handles = nullptr;

Handles& all_handles() {
    auto* existing = handles.load();
    if (existing != nullptr)
        return *existing;
    auto made = std::make_unique<Handles>();
    return handles.compare_exchange_strong(existing, made.get()) ? *made.release() : *existing;
}

// When the module is unloaded nothing may stay behind in the process. With a session still open this is
// an exit() in the middle of work: then its threads may be using all of this, and the process ends anyway.
[[gnu::destructor]] void release_at_unload() {
    auto* existing = handles.load();
    if (existing == nullptr || !existing->sessions.empty())
        return;
    delete existing;
    handles = nullptr;
    release_sha256();
    OPENSSL_cleanup();
}

// NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr): what a handle is
template <class Handle>
Handle* to_pointer(std::uintptr_t number) {
    return reinterpret_cast<Handle*>(number);
}
template <class Handle>
std::uintptr_t to_number(Handle* handle) {
    return reinterpret_cast<std::uintptr_t>(handle);
}
// NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr)

} // namespace

wfn_session* add_handle(std::shared_ptr<Session> session) {
    return to_pointer<wfn_session>(all_handles().sessions.add(std::move(session)));
}
wfn_run* add_handle(std::shared_ptr<Run> run) {
    return to_pointer<wfn_run>(all_handles().runs.add(std::move(run)));
}

std::shared_ptr<Session> find(wfn_session* handle) {
    return all_handles().sessions.find(to_number(handle));
}
std::shared_ptr<Run> find(wfn_run* handle) {
    return all_handles().runs.find(to_number(handle));
}

std::shared_ptr<Session> remove(wfn_session* handle) {
    return all_handles().sessions.remove(to_number(handle));
}
std::shared_ptr<Run> remove(wfn_run* handle) {
    return all_handles().runs.remove(to_number(handle));
}

} // namespace pixelml
