#pragma once

#include "clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace job_server {

// What happened below the requests.
class Traffic {
public:
    void note_opened() noexcept {
        if (accepted++ == 0)
            first_connection_ns = now_ns();
        ++open;
    }
    void note_peak() noexcept { peak_open = std::max(peak_open, open); }
    void note_closed() noexcept { --open; }
    void note_handshake(bool resumed) noexcept { ++(resumed ? resumed_handshakes : full_handshakes); }
    void note_failed_handshake() noexcept { ++failed_handshakes; }
    void note_request() noexcept {
        ++requests;
        last_request_ns = now_ns();
    }

    std::size_t accepted = 0;
    std::size_t open = 0;
    std::size_t peak_open = 0;
    std::size_t full_handshakes = 0;
    std::size_t resumed_handshakes = 0;
    std::size_t failed_handshakes = 0;
    std::size_t refused_accepts = 0; // for want of file descriptors
    std::size_t requests = 0;
    std::int64_t first_connection_ns = 0;
    std::int64_t last_request_ns = 0;
};

} // namespace job_server
