#include "module/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

// Where the linker has put the head of this very file.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the linker's name
extern "C" const std::byte __ehdr_start[] __attribute__((visibility("hidden")));

namespace job_engine {
namespace {

template <class T>
T read(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

constexpr std::size_t aligned(std::size_t size) {
    return (size + 3) / 4 * 4;
}

// In a segment of notes; each is a header, a name and a description.
std::span<const std::byte> build_id_in(std::span<const std::byte> notes) {
    while (notes.size() > sizeof(ElfW(Nhdr))) {
        const auto note = read<ElfW(Nhdr)>(notes.data());
        const auto name = sizeof note;
        const auto description = name + aligned(note.n_namesz);
        const auto end = description + aligned(note.n_descsz);
        if (end > notes.size())
            break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU
            && std::memcmp(notes.data() + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0)
            return notes.subspan(description, note.n_descsz);
        notes = notes.subspan(end);
    }
    return {};
}

std::string hexadecimal(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte) / 16];
        text += digits[std::to_integer<unsigned>(byte) % 16];
    }
    return text;
}

} // namespace

std::string build_id() {
    const auto* file = &__ehdr_start[0];
    const auto header = read<ElfW(Ehdr)>(file);
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = read<ElfW(Phdr)>(file + header.e_phoff + i * header.e_phentsize);
        // One that is aligned to 8 has the processor's properties.
        if (segment.p_type == PT_NOTE && segment.p_align == 4)
            if (const auto found = build_id_in({file + segment.p_vaddr, segment.p_filesz}); !found.empty())
                return hexadecimal(found);
    }
    return "";
}

} // namespace job_engine
