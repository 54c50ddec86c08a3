#pragma once

#include "download/mp4_facts.hpp"

#include <cstdint>
#include <string>

namespace cli {

struct KeptFile {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256; // in hexadecimal
    Mp4Facts facts;
};

// Reads the file whole. Throws std::system_error.
KeptFile inspect_file(const std::string& path);

// In hexadecimal.
std::string sha256_text(const std::string& text);

} // namespace cli
