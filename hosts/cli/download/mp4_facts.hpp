#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace cli {

struct Mp4Facts {
    std::optional<int> width;
    std::optional<int> height;
    std::optional<double> seconds;
};

// What an MP4 says of itself in its moov box, of which only the needed bytes are read; nothing for what is no
// MP4. read: the bytes at a place, fewer at the end.
using ReadAt = std::function<std::string(std::uint64_t at, std::size_t size)>;
Mp4Facts mp4_facts(const ReadAt& read, std::uint64_t size);

} // namespace cli
