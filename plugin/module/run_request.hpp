#pragma once

#include "job/retry.hpp"
#include "module/accounts.hpp"

#include <workflow_node/node.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

namespace job_engine {

// A piece of memory from operator new.
struct Memory {
    struct Free {
        void operator()(void* memory) const noexcept { ::operator delete(memory); }
    };
    std::unique_ptr<void, Free> block;
    std::size_t bytes = 0;
};

// Makes the first object that fits in memory that is there already. For std::allocate_shared: the memory need
// not outlive the call, which takes it.
template <class T>
class ReusingAllocator {
public:
    using value_type = T;

    explicit ReusingAllocator(Memory& memory) noexcept : memory_(&memory) {}
    template <class U>
    ReusingAllocator(const ReusingAllocator<U>& other) noexcept // NOLINT(google-explicit-constructor)
        : memory_(other.memory()) {}

    T* allocate(std::size_t count) {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
        const auto bytes = count * sizeof(T);
        if (memory_->block == nullptr || memory_->bytes < bytes)
            return static_cast<T*>(::operator new(bytes));
        return static_cast<T*>(memory_->block.release());
    }
    void deallocate(T* object, std::size_t) noexcept { ::operator delete(object); }

    Memory* memory() const noexcept { return memory_; }
    template <class U>
    friend bool operator==(const ReusingAllocator&, const ReusingAllocator<U>&) noexcept {
        return true; // each frees what another made
    }

private:
    Memory* memory_;
};

// What of a wfn_request is needed until the run has begun, copied: the host's own is only there during
// execute. One piece of memory, made by the host's thread; the run goes on in the same piece, because what is
// freed for one thread's allocations is seldom used again for another's.
struct RunRequest {
    struct End {
        void operator()(RunRequest* request) const noexcept;
    };
    using Owner = std::unique_ptr<RunRequest, End>;

    static Owner copy_of(const wfn_request& request, std::size_t node, Accounts& accounts,
                         std::size_t min_bytes);
    // Ends the request.
    static Memory memory_of(Owner request) noexcept;

    std::uint32_t flags = 0;
    std::string_view input_json;
    std::optional<std::string_view> checkpoint_json;
    std::string_view traceparent;
    std::shared_ptr<Account> account; // nullptr: no connection was given
    Millis timeout{};
    Millis checkpoint_timeout{};
    std::optional<Millis> suspend_after;

private:
    RunRequest(const wfn_request& request, std::size_t node, Accounts& accounts);
    ~RunRequest() = default;

    std::size_t bytes_ = 0; // of the whole piece
};

} // namespace job_engine
