#pragma once

namespace sandbox {

// Tells one worker to stop, once and for all. Thread-safe.
class CancelSignal {
public:
    CancelSignal(); // throws std::system_error when no file descriptor is left
    ~CancelSignal();
    CancelSignal(const CancelSignal&) = delete;
    CancelSignal& operator=(const CancelSignal&) = delete;

    void request() noexcept;
    bool requested() const noexcept;

    // Readable once the stop has been requested; for poll(). Owned by this object.
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

} // namespace sandbox
