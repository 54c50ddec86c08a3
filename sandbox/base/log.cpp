#include "base/log.hpp"

#include "base/text.hpp"

#include <chrono>
#include <cstdio>
#include <string>

namespace sandbox {

void log(std::string_view event) {
    constexpr std::size_t max_line = 1000;
    const std::string line =
        iso_time(std::chrono::system_clock::now()) + " " + printable(event, max_line) + "\n";
    // One call per line, so that lines of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace sandbox
