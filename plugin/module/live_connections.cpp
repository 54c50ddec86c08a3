#include "module/live_connections.hpp"

#include <algorithm>
#include <functional>

namespace job_engine {

Result<LiveConnection::Opened>
LiveConnection::opened(const std::function<Result<Opened>(std::string_view text)>& open) {
    const std::lock_guard lock(mutex_);
    if (!opened_)
        opened_ = open(text());
    if (!*opened_)
        return opened_->error();
    const auto& [connection, service] = **opened_;
    return Opened{{shared_from_this(), connection.get()}, service};
}

std::shared_ptr<LiveConnection> LiveConnections::of(std::size_t node, std::string_view connection_json) {
    const auto hash = std::hash<std::string_view>()(connection_json);
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = by_hash_.equal_range(hash);
    for (auto entry = begin; entry != end; ++entry)
        if (auto live = entry->second.lock();
            live != nullptr && live->node() == node && live->text() == connection_json)
            return live;
    if (by_hash_.size() >= sweep_at_)
        forget_ended();
    auto live = std::make_shared<LiveConnection>(node, connection_json);
    by_hash_.emplace(hash, live);
    return live;
}

// Seldom enough that all of it costs each run nothing to speak of.
void LiveConnections::forget_ended() {
    std::erase_if(by_hash_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(16, 2 * by_hash_.size());
}

} // namespace job_engine
