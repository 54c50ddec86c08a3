#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "base/secret.hpp"
#include "job/api_service.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace job_engine {

// A connection as the host wrote it, shared by all live runs of one node that were given the same text: ten
// thousand runs keep one key, read once. Wiped when the last of them is over. Thread-safe.
class LiveConnection : public std::enable_shared_from_this<LiveConnection> {
public:
    // What the text says, and what its runs share.
    struct Opened {
        std::shared_ptr<const Connection> connection;
        std::shared_ptr<ApiService> service;
    };

    LiveConnection(std::size_t node, std::string_view connection_json)
        : node_(node), text_(connection_json) {}

    std::size_t node() const noexcept { return node_; } // its index in the module: its binding is the node's
    std::string_view text() const noexcept { return text_.view(); }

    // The connection's pointer keeps the live connection. open is called for the first run only.
    Result<Opened> opened(const std::function<Result<Opened>(std::string_view text)>& open);

private:
    const std::size_t node_;
    Secret text_;
    std::mutex mutex_;
    std::optional<Result<Opened>> opened_;
};

// Those of a session. Thread-safe.
class LiveConnections {
public:
    std::shared_ptr<LiveConnection> of(std::size_t node, std::string_view connection_json);

private:
    void forget_ended(); // under the lock

    std::mutex mutex_;
    std::unordered_multimap<std::size_t, std::weak_ptr<LiveConnection>> by_hash_;
    std::size_t sweep_at_ = 16;
};

} // namespace job_engine
