#pragma once

namespace sandbox {

// Tells one worker to stop, once and for good. Thread-safe.
class CancelSignal {
public:
    CancelSignal(); // throws std::system_error when no file descriptor is left
    ~CancelSignal();
    CancelSignal(const CancelSignal&) = delete;
    CancelSignal& operator=(const CancelSignal&) = delete;

    void request() noexcept;
    bool requested() const noexcept;

    // Readable from the moment of the request on; for poll(). Owned by this object.
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

} // namespace sandbox
