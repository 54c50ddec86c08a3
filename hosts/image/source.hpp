#pragma once

#include "image/file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace image {

// An image file that is open, or bytes in memory as one: tools get it as their standard input, so that no
// name reaches them and none is looked up twice.
class Source {
public:
    // name: for messages; empty: the path's last part. Throws Problem: there is no such file, it cannot be
    // read, or is not one.
    static Source open(const std::string& path, const std::string& name = {});
    // name: for messages, as "The image". Copies the bytes to a file without a name.
    static Source of_bytes(std::string_view bytes, const std::string& name);

    const std::string& name() const noexcept { return name_; } // for messages
    std::uint64_t size() const noexcept { return size_; }
    int descriptor() const noexcept { return file_.get(); }

    // Its first bytes, or all: at most as many.
    std::string read(std::size_t most) const;

    // Whether the text is anywhere in it.
    bool contains(std::string_view text) const;

private:
    std::string read_at(std::uint64_t from, std::size_t most) const;
    Source(FileDescriptor file, std::string name, std::uint64_t size)
        : file_(std::move(file)), name_(std::move(name)), size_(size) {}

    FileDescriptor file_;
    std::string name_;
    std::uint64_t size_;
};

} // namespace image
