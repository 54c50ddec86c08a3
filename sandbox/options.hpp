#pragma once

#include "api/faults.hpp"
#include "jobs/generation_request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace sandbox {

struct Options {
    std::string host = "127.0.0.1"; // an IP address
    std::uint16_t port = 8788;      // 0: any free one
    std::string directory;          // empty: a temporary one
    std::string api_key;            // empty: any is accepted
    std::string image;              // a file to serve as /image; empty: none
    std::size_t workers = 1;
    std::size_t queue_limit = 64;
    std::set<Model> unavailable_models;
    std::chrono::milliseconds render_timeout{120'000};
    std::size_t max_image = std::size_t{10} * 1024 * 1024;
    std::string ca_file;
    std::string tls_certificate;
    std::string tls_key;
    std::string ffmpeg = "ffmpeg";
    FaultRules faults;
};

// The command line and PIXELML_SANDBOX_API_KEY. Prints help, version or the error itself; `exit_code` is
// then set, and the program should exit with it.
struct ParsedOptions {
    Options options;
    std::optional<int> exit_code;
};

ParsedOptions parse_options(int argc, const char* const* argv);

inline constexpr int exit_failure = 1; // cannot start: port taken, no FFmpeg, directory not writable
inline constexpr int exit_usage = 2;   // the command line is wrong

} // namespace sandbox
