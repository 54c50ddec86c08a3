#include "image/source.hpp"

#include "image/plan.hpp"
#include "image/problem.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace image {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30;

std::string errno_text(int error) {
    return std::generic_category().message(error);
}

std::string one_line(std::string text) {
    for (char& character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7F)
            character = '?';
    }
    return text;
}

// The last part of a path, so that it can stand in a sentence.
std::string name_for_people(const std::string& path) {
    constexpr std::size_t longest = 80;
    std::string name = one_line(path.substr(path.find_last_of('/') + 1));
    if (name.empty())
        name = one_line(path);
    if (name.size() > longest) {
        std::size_t cut = longest;
        while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) // amid a character of UTF-8
            --cut;
        name = name.substr(0, cut) + "...";
    }
    return name;
}

Problem no_file(const std::string& text) {
    return Problem(Problem::Kind::no_file, text);
}

} // namespace

Source Source::open(const std::string& path, const std::string& given_name) {
    const std::string name = name_for_people(given_name.empty() ? path : given_name);
    if (path.empty())
        throw no_file("There is no file: its path is empty.");
    if (path.find('\0') != path.npos)
        throw no_file("There is no file " + name + ": its name has a NUL.");
    // Not to wait for the writer of a FIFO.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file && errno == ENOENT)
        throw no_file("There is no file " + name + " (" + one_line(path) + ").");
    if (!file)
        throw no_file(name + " cannot be read: " + errno_text(errno) + ".");
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0)
        throw no_file(name + " cannot be read: " + errno_text(errno) + ".");
    if (S_ISDIR(facts.st_mode))
        throw no_file(name + " is a directory; give the path of an image in it.");
    if (!S_ISREG(facts.st_mode))
        throw no_file(name + " is not a file on a disk; save the image to one first.");
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size == 0)
        throw no_file(name + " is empty.");
    if (size > most_bytes)
        throw no_file(name + " has " + size_text(size) + ", and the limit is " + size_text(most_bytes) + ".");
    return Source(std::move(file), name, size);
}

Source Source::of_bytes(std::string_view bytes, const std::string& given_name) {
    const std::string name = name_for_people(given_name);
    if (bytes.empty())
        throw no_file(name + " is empty.");
    if (bytes.size() > most_bytes)
        throw no_file(name + " has " + size_text(bytes.size()) + ", and the limit is " + size_text(most_bytes)
                      + ".");
    FileDescriptor file(::memfd_create("image", MFD_CLOEXEC));
    if (!file)
        throw std::system_error(errno, std::generic_category(), "cannot hold an image");
    for (std::string_view rest = bytes; !rest.empty();) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "cannot hold an image");
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return Source(std::move(file), name, bytes.size());
}

std::string Source::read(std::size_t most) const {
    return read_at(0, most);
}

bool Source::contains(std::string_view text) const {
    constexpr std::size_t part_size = std::size_t{1} << 20;
    const std::size_t step = part_size - text.size(); // parts overlap
    for (std::uint64_t from = 0; from < size_; from += step)
        if (read_at(from, part_size).find(text) != std::string::npos)
            return true;
    return false;
}

std::string Source::read_at(std::uint64_t from, std::size_t most) const {
    std::string bytes(std::min<std::uint64_t>(most, size_ - from), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got =
            ::pread(file_.get(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(from + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw no_file(name_ + " cannot be read: " + errno_text(errno) + ".");
        if (got == 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

} // namespace image
