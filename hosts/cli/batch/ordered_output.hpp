#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace cli {

// Reorders texts that become ready in any order by their numbers: 0, 1, 2 ... For one thread.
class OrderedOutput {
public:
    // Adds the text of a number, once for each. Returns what can be written now, which is often nothing.
    std::string add(std::int64_t number, std::string text) {
        held_.emplace(number, std::move(text));
        std::string ready;
        for (auto first = held_.begin(); first != held_.end() && first->first == next_;
             first = held_.erase(first), ++next_)
            ready += first->second;
        return ready;
    }

    // The first number whose text is still missing.
    std::int64_t next() const noexcept { return next_; }
    std::size_t held() const noexcept { return held_.size(); }

private:
    std::int64_t next_ = 0;
    std::map<std::int64_t, std::string> held_;
};

} // namespace cli
