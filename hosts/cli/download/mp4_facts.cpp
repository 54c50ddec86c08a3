#include "download/mp4_facts.hpp"

namespace cli {

namespace {

constexpr int most_boxes = 1024; // in all: a file may be made to waste time

struct Box {
    std::string type;
    std::uint64_t begin = 0; // of what is in it
    std::uint64_t end = 0;
};

std::uint64_t big_endian(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = at; i < at + size && i < bytes.size(); ++i)
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
}

class Mp4Reader {
public:
    Mp4Reader(const ReadAt& read, std::uint64_t size) : read_(read), size_(size) {}

    Mp4Facts facts() {
        for_each_box({"", 0, size_}, [&](const Box& box) { take(box); });
        return facts_;
    }

private:
    void for_each_box(const Box& within, const std::function<void(const Box&)>& use) {
        for (std::uint64_t at = within.begin; at + 8 <= within.end && ++boxes_ <= most_boxes;) {
            const std::string head = read_(at, 16);
            std::uint64_t size = big_endian(head, 0, 4);
            const std::uint64_t head_size = size == 1 ? 16 : 8;
            if (size == 1)
                size = big_endian(head, 8, 8);
            else if (size == 0) // to the end
                size = within.end - at;
            if (head.size() < head_size || size < head_size || size > within.end - at)
                return;
            use({head.substr(4, 4), at + head_size, at + size});
            at += size;
        }
    }

    void take(const Box& box) {
        if (box.type == "moov" || box.type == "trak")
            for_each_box(box, [&](const Box& inner) { take(inner); });
        else if (box.type == "mvhd")
            take_duration(read_(box.begin, 32));
        else if (box.type == "tkhd" && !facts_.width)
            take_size(read_(box.begin, 96));
    }

    void take_duration(const std::string& header) {
        const bool is_long = !header.empty() && header[0] == 1;
        const std::size_t at = is_long ? 20 : 12; // past version, flags, and two times
        const std::size_t width = is_long ? 8 : 4;
        const std::uint64_t scale = big_endian(header, at, 4);
        const std::uint64_t ticks = big_endian(header, at + 4, width);
        const std::uint64_t all_bits = is_long ? UINT64_MAX : UINT32_MAX;
        // One that is written before its movie is made says 0, or all bits.
        const bool is_known = ticks > 0 && ticks < all_bits;
        if (header.size() >= at + 4 + width && scale > 0 && is_known)
            facts_.seconds = static_cast<double>(ticks) / static_cast<double>(scale);
    }

    // Of the first track that has one: 16.16 fixed-point numbers. Sound has 0.
    void take_size(const std::string& header) {
        const std::size_t at = !header.empty() && header[0] == 1 ? 88 : 76;
        const auto width = static_cast<int>(big_endian(header, at, 4) >> 16);
        const auto height = static_cast<int>(big_endian(header, at + 4, 4) >> 16);
        if (header.size() >= at + 8 && width > 0 && height > 0) {
            facts_.width = width;
            facts_.height = height;
        }
    }

    const ReadAt& read_;
    const std::uint64_t size_;
    int boxes_ = 0;
    Mp4Facts facts_;
};

} // namespace

Mp4Facts mp4_facts(const ReadAt& read, std::uint64_t size) {
    return Mp4Reader(read, size).facts();
}

} // namespace cli
