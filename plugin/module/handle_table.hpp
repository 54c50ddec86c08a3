#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace job_engine {

// The objects behind the opaque handles that a host holds. A handle is a number in a pointer's clothes,
// never an address: slot, kind and the slot's generation, so that one which was given up, belongs to the
// other kind or was never given is recognised instead of dereferenced. Thread-safe.
template <class Object, unsigned kind>
class HandleTable {
    static_assert(kind < 4);

public:
    // Tables with different first generations give different handles for a long time.
    explicit HandleTable(std::uintptr_t first_generation = 1) : first_generation_(first_generation) {}

    std::uintptr_t add(std::shared_ptr<Object> object) {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) {
            free_.push_back(slots_.size());
            slots_.push_back({nullptr, first_generation_});
        }
        const auto index = free_.back();
        free_.pop_back();
        slots_[index].object = std::move(object);
        ++used_;
        return handle_of(index);
    }

    std::shared_ptr<Object> find(std::uintptr_t handle) const {
        const std::lock_guard lock(mutex_);
        const auto index = index_of(handle);
        return index < slots_.size() && handle_of(index) == handle ? slots_[index].object : nullptr;
    }

    std::shared_ptr<Object> remove(std::uintptr_t handle) {
        const std::lock_guard lock(mutex_);
        const auto index = index_of(handle);
        if (index >= slots_.size() || handle_of(index) != handle || slots_[index].object == nullptr)
            return nullptr;
        auto object = std::move(slots_[index].object);
        slots_[index].object = nullptr;
        ++slots_[index].generation;
        free_.push_back(index);
        --used_;
        return object;
    }

    bool empty() const {
        const std::lock_guard lock(mutex_);
        return used_ == 0;
    }

private:
    static constexpr unsigned half = sizeof(std::uintptr_t) * 4;
    static constexpr std::uintptr_t low_half = (std::uintptr_t{1} << half) - 1;

    struct Slot {
        std::shared_ptr<Object> object;
        std::uintptr_t generation = 0;
    };

    std::uintptr_t handle_of(std::size_t index) const {
        return (slots_[index].generation << half) | (((index << 2U) | kind) & low_half);
    }
    static std::size_t index_of(std::uintptr_t handle) { return (handle & low_half) >> 2U; }

    const std::uintptr_t first_generation_;
    mutable std::mutex mutex_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> free_;
    std::size_t used_ = 0;
};

} // namespace job_engine
