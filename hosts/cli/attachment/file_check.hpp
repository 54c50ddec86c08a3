#pragma once

#include "attachment/file_input.hpp"

#include <string>
#include <vector>

namespace cli {

// Why a run cannot have the files that its input names, as sentences; empty: each is there, and an image
// where it has to be one. Decodes nothing.
std::string fault_of_files(const std::vector<FileInput>& files);

// What is done with each file, "image: photo.heic: HEIC, 4032 x 3024, 2.1 MiB: converted to JPEG", as far as
// that is known without the service's limits. Throws InputError: it cannot be decoded.
std::vector<std::string> outlook_of_files(const std::vector<FileInput>& files);

} // namespace cli
