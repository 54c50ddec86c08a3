#pragma once

#include "schema/media_output.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// So much of a file's beginning says what it is.
inline constexpr std::size_t telling_beginning = 512;

// Why a reply is not the file that was asked for, as the end of a sentence; empty: it may be the file.
// content_type: as the reply has it. beginning: of its body; empty: not there yet.
std::string fault_of_content(MediaKind kind, const std::string& content_type, std::string_view beginning);

// The extension of the file to keep: the URL's where it is usual for the kind, else the kind's most usual.
std::string kept_extension(MediaKind kind, const std::string& in_url);
// All that kept_extension may return.
std::vector<std::string> usual_extensions(MediaKind kind);

} // namespace cli
