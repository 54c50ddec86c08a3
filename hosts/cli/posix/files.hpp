#pragma once

#include "journal/file_descriptor.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

using durable::errno_text;
using durable::FileDescriptor;
using durable::sync_directory;

// Writes all of it, waiting while the descriptor would block. Returns 0 or the errno.
int write_all(int fd, std::string_view data) noexcept;

struct FileText {
    std::string text;
    bool others_may_read = false; // its mode lets the group or others read it; false for "-"
};

// The whole file, or standard input for "-". Throws UsageError, also if it has more than `limit` bytes.
FileText read_file(const std::string& path, std::size_t limit);

// Opens /dev/null in place of a closed stdin, stdout or stderr, so that no file that is opened later gets its
// number and the data meant for it. Reading and writing them still fails.
void guard_standard_descriptors() noexcept;

} // namespace cli
