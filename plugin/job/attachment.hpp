#pragma once

#include "base/sha256.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// An input that is a file of the host instead of a URL: "attachment:NAME", NAME percent-encoded.

// NAME, decoded; nullopt: the input is no attachment.
std::optional<std::string> attachment_name(std::string_view input);
// One spelling for each name.
std::string attachment_input(std::string_view name);
// What is wrong with the name, a clause; nullopt: nothing.
std::optional<std::string> attachment_fault(std::string_view input, std::string_view name);

// What a run asks its host for.
struct AttachmentRequest {
    std::string name;
    std::string path;        // JSON pointer to the input
    std::string media_types; // what is taken, best first
    std::uint64_t max_bytes = 0;
    std::uint32_t max_side = 0; // pixels; 0: not known
};

// What the host answers.
struct HostFile {
    std::shared_ptr<const std::string> bytes; // nullptr: there are more of them than may be
    std::uint64_t size = 0;
    std::optional<std::string> failure; // there is no file
};

// What stands for the file in a submit until it is there. No input can hold it: it is made of their digest.
std::string place_of_file(const HexDigest& inputs);

} // namespace job_engine
