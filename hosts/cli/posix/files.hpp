#pragma once

#include "journal/file_descriptor.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

using durable::errno_text;
using durable::FileDescriptor;
using durable::sync_directory;

// Writes all of it, waiting where the descriptor makes it wait. 0, or the errno.
int write_all(int fd, std::string_view data) noexcept;

struct FileText {
    std::string text;
    bool others_may_read = false; // its mode lets the group or everybody read it; false for "-"
};

// The whole file, or standard input for "-". Throws UsageError, also when it holds over `limit` bytes.
FileText read_file(const std::string& path, std::size_t limit);

// Fills what is closed of stdin, stdout and stderr, so that no file that is opened later gets their numbers
// and what is meant for them. Reading and writing them fails as before.
void guard_standard_descriptors() noexcept;

} // namespace cli
