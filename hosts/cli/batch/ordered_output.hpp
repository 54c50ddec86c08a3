#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace cli {

// Puts texts that are ready in any order into the order of their numbers: 0, 1, 2 ... For one thread.
class OrderedOutput {
public:
    // The text of a number, each given once. Answers with what can be written now; often nothing.
    std::string add(std::int64_t number, std::string text) {
        held_.emplace(number, std::move(text));
        std::string ready;
        for (auto first = held_.begin(); first != held_.end() && first->first == next_;
             first = held_.erase(first), ++next_)
            ready += first->second;
        return ready;
    }

    // The first number whose text has not come yet.
    std::int64_t next() const noexcept { return next_; }
    std::size_t held() const noexcept { return held_.size(); }

private:
    std::int64_t next_ = 0;
    std::map<std::int64_t, std::string> held_;
};

} // namespace cli
