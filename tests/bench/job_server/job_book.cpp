#include "job_book.hpp"

#include <charconv>

namespace job_server {

JobBook::JobBook(Durations durations, std::size_t warm_up, std::uint64_t seed)
    : random_(seed), seconds_(durations.low_seconds, durations.high_seconds), warm_up_(warm_up) {
    jobs_.reserve(100'000);
}

std::size_t JobBook::add(std::int64_t now) {
    const auto number = jobs_.size();
    jobs_.push_back({now, now + static_cast<std::int64_t>(seconds_(random_) * 1e9)});
    if (number >= warm_up_)
        ++measured_requests_;
    return number;
}

std::optional<std::size_t> JobBook::find(std::string_view name) const noexcept {
    if (!name.starts_with(name_prefix))
        return std::nullopt;
    name.remove_prefix(name_prefix.size());
    std::size_t number = 0;
    const auto* end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc() || stopped != end || number >= jobs_.size())
        return std::nullopt;
    return number;
}

} // namespace job_server
