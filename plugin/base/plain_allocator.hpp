#pragma once

#include <cstddef>
#include <memory>

namespace job_engine {

// Memory from operator new, for an Asio operation that lasts. By default Asio hands such an operation the
// memory of the last one that ended, which may be several times as large, and thousands keep theirs for
// minutes.
template <class T>
struct PlainAllocator {
    using value_type = T;

    PlainAllocator() noexcept = default;
    template <class U>
    PlainAllocator(const PlainAllocator<U>&) noexcept {} // NOLINT(google-explicit-constructor)

    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* memory, std::size_t count) noexcept { std::allocator<T>{}.deallocate(memory, count); }

    template <class U>
    friend bool operator==(const PlainAllocator&, const PlainAllocator<U>&) noexcept {
        return true;
    }
};

} // namespace job_engine
