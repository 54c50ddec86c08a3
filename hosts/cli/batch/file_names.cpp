#include "batch/file_names.hpp"

#include "download/kept_file.hpp"

#include <algorithm>

namespace cli {

namespace {

constexpr std::size_t longest_stem = 120;
constexpr std::size_t digest_digits = 16;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
           || c == '.';
}

} // namespace

std::string file_stem(const std::string& run_key) {
    std::string stem = run_key.substr(0, longest_stem);
    std::replace_if(
        stem.begin(), stem.end(), [](char c) { return !is_plain(c); }, '_');
    if (!stem.empty() && stem.front() == '.')
        stem.front() = '_';
    if (stem == run_key)
        return stem;
    return stem + "~" // which no key has that is a name itself
           + sha256_text(run_key).substr(0, digest_digits);
}

std::string media_path(const std::string& directory, const std::string& run_key, const MediaOutput& output,
                       bool several, const std::string& extension) {
    const std::string path = directory + (directory.back() == '/' ? "" : "/") + file_stem(run_key);
    return path + (several ? "+" + file_stem(output.name) : "") + "." + extension;
}

} // namespace cli
