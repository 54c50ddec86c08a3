#include "module/handles.hpp"

#include "base/sha256.hpp"

#include <openssl/crypto.h>

#include <pthread.h>

#include <atomic>

namespace job_engine {
namespace {

struct Handles {
    explicit Handles(std::uintptr_t first_generation) : sessions(first_generation), runs(first_generation) {}

    HandleTable<Session, 1> sessions;
    HandleTable<Run, 2> runs;
};

// A pointer, because an exit() of the host destroys global objects while sessions may still be at work.
constinit std::atomic<Handles*> handles = nullptr;

// A forked child has none of its parent's threads, and the locks as they were at the fork: whoever used the
// parent's sessions there would wait for ever. So their handles are not valid in the child, which can open
// sessions of its own.
constinit std::atomic<std::uintptr_t> forks = 0;
constinit std::atomic<Handles*> handles_of_parent = nullptr; // left alone, but not lost

void forget_handles_of_parent() {
    ++forks;
    if (auto* left = handles.exchange(nullptr))
        handles_of_parent = left;
}

Handles& all_handles() {
    static const int watches_forks = ::pthread_atfork(nullptr, nullptr, forget_handles_of_parent);
    static_cast<void>(watches_forks);
    auto* existing = handles.load();
    if (existing != nullptr)
        return *existing;
    constexpr std::uintptr_t generations_between_forks = 1U << 20U;
    auto made = std::make_unique<Handles>(1 + forks * generations_between_forks);
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
    if (auto run = all_handles().runs.find(to_number(handle)))
        return run;
    return Run::in_callback(handle); // released early
}

std::shared_ptr<Session> remove(wfn_session* handle) {
    return all_handles().sessions.remove(to_number(handle));
}
std::shared_ptr<Run> remove(wfn_run* handle) {
    return all_handles().runs.remove(to_number(handle));
}

} // namespace job_engine
