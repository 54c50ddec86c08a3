#pragma once

#include "download/download_flow.hpp"
#include "download/stop_signal.hpp"

#include <chrono>
#include <functional>
#include <string_view>

namespace cli {

struct HttpLimits {
    std::chrono::seconds connect{30};
    std::chrono::seconds slow_for{30}; // below slow_bytes a second
    long slow_bytes = 1000;
};

// What becomes of the reply. Each returns false to end the request.
struct ReplyHandler {
    std::function<bool(const ReplyHead& head)> on_head;
    std::function<bool(std::string_view data)> on_data;
};

// Once, before other threads exist. Throws std::runtime_error.
void prepare_http();

// One GET, which follows no redirect. Does not throw for what happens on the network.
RequestEnd http_get(const DownloadRequest& request, const Access& access, const HttpLimits& limits,
                    std::chrono::milliseconds time_left,
                    const std::function<bool(const std::string& address)>& is_inner, const StopSignal& stop,
                    const ReplyHandler& handler);

} // namespace cli
