#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace job_engine {

// A piece of memory from operator new in which one object after another may live. A run's request is made by
// a thread of the host and the run goes on in a thread of the module; what is freed for one thread's
// allocations is seldom used again for another's. Measured: 10 000 runs at once take 22 MiB with it and 26
// without, a waiting run 1.2 KiB and 1.6.
struct ReusableMemory {
    struct Free {
        void operator()(void* memory) const noexcept { ::operator delete(memory); }
    };
    std::unique_ptr<void, Free> block;
    std::size_t bytes = 0;

    // What make_shared_in needs for an object: a shared pointer puts four words beside it in both standard
    // libraries. Where it were more, the memory would only not be reused.
    template <class Object>
    static constexpr std::size_t bytes_for = sizeof(Object) + 4 * sizeof(void*);

    // Makes the object in the memory where it fits.
    template <class Object, class... Arguments>
    static std::shared_ptr<Object> make_shared_in(ReusableMemory memory, Arguments&&... arguments) {
        return std::allocate_shared<Object>(Allocator<Object>(memory), std::forward<Arguments>(arguments)...);
    }

private:
    // The memory need not outlive the first allocation, which takes it.
    template <class T>
    class Allocator {
    public:
        using value_type = T;

        explicit Allocator(ReusableMemory& memory) noexcept : memory_(&memory) {}
        template <class U>
        Allocator(const Allocator<U>& other) noexcept // NOLINT(google-explicit-constructor)
            : memory_(other.memory()) {}

        T* allocate(std::size_t count) {
            static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
            const auto size = count * sizeof(T);
            if (memory_->block == nullptr || memory_->bytes < size)
                return static_cast<T*>(::operator new(size));
            return static_cast<T*>(memory_->block.release());
        }
        void deallocate(T* object, std::size_t) noexcept { ::operator delete(object); }

        ReusableMemory* memory() const noexcept { return memory_; }
        template <class U>
        friend bool operator==(const Allocator&, const Allocator<U>&) noexcept {
            return true; // each frees what another made
        }

    private:
        ReusableMemory* memory_;
    };
};

} // namespace job_engine
