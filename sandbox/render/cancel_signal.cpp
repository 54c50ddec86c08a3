#include "render/cancel_signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sandbox {

CancelSignal::CancelSignal() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

CancelSignal::~CancelSignal() {
    close(descriptor_);
}

void CancelSignal::request() noexcept {
    // Fails only when the counter is full, that is, after a request.
    static_cast<void>(eventfd_write(descriptor_, 1));
}

bool CancelSignal::requested() const noexcept {
    pollfd poll_descriptor{descriptor_, POLLIN, 0};
    return poll(&poll_descriptor, 1, 0) == 1;
}

} // namespace sandbox
