#pragma once

#include "download/http_get.hpp"
#include "download/part_file.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace cli {

struct DownloadSettings {
    DownloadRules rules;
    HttpLimits http;
    std::chrono::milliseconds in_all{std::chrono::minutes(30)};
    bool replace = false; // a file that is there
};

// How far a download is. [any]
struct DownloadProgress {
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> total{0}; // 0: unknown
};

// Downloads, and ends those under way for another thread.
class Downloads {
public:
    // nullopt: the file is at the path, whole. [any]
    std::optional<FileProblem> fetch(const std::string& url, const std::string& path, const Access& access,
                                     DownloadSettings settings, DownloadProgress& progress);

    // Those under way end soon, and later ones at once. [any]
    void stop() { stop_.request(); }
    // Removes what is not whole, for a process that is about to end. [any]
    void discard_parts();

private:
    StopSignal stop_;
    std::mutex mutex_;
    std::set<PartFile*> parts_;
};

} // namespace cli
