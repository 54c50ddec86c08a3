#include "image/plan.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace image {

namespace {

// For everything that JPEG is written of: what is lost cannot be seen, least of all in a video.
constexpr int best_quality = 90;

// Of what is converted: no service makes larger videos, and what is larger needs much memory.
constexpr std::uint32_t longest_side = 4096;

std::optional<Format> target_format(const Request& request) {
    for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
        if (takes(request, format))
            return format;
    }
    return std::nullopt;
}

std::string list_of(const std::vector<std::string>& media_types) {
    std::string list;
    for (const std::string& type : media_types)
        list += (list.empty() ? "" : ", ") + type;
    return list;
}

bool is_within(std::uint64_t size, std::uint64_t limit) {
    return limit == 0 || size <= limit;
}

std::vector<std::string> changes_of(const Facts& facts, const Request& request, Format to) {
    std::vector<std::string> changes;
    const Header& header = *facts.header;
    if (header.frames > 1)
        changes.push_back("the first of " + std::to_string(header.frames) + " frames");
    if (header.orientation != 1)
        changes.emplace_back("turned upright");
    if (header.is_cmyk)
        changes.emplace_back("from CMYK to sRGB");
    else if (facts.is_wide_gamut)
        changes.emplace_back("its colours brought to sRGB");
    if (header.is_deep)
        changes.emplace_back("to 8 bits for each colour");
    if (header.has_alpha && to == Format::jpeg) // PNG and WebP keep it
        changes.emplace_back("what is transparent made white");
    if (header.has_place)
        changes.emplace_back("without the place where it was taken");
    if (!is_within(facts.bytes, request.max_bytes))
        changes.push_back("made to fit into " + size_text(request.max_bytes));
    return changes;
}

// Whether an image of so many pixels can become so small: photos need some 0.1 bytes for each.
bool is_worth_a_try(const Header& header, std::uint32_t side, std::uint64_t max_bytes) {
    constexpr double least_bytes_of_pixel = 0.1;
    const double shrink = static_cast<double>(side) / header.longer_side();
    const double pixels = static_cast<double>(header.pixels()) * shrink * shrink;
    return pixels * least_bytes_of_pixel <= static_cast<double>(max_bytes);
}

std::vector<Attempt> attempts_for(const Header& header, const Request& request, Format to) {
    constexpr std::uint32_t least_side = 64;
    const std::uint32_t limit =
        request.max_side > 0 ? std::min(longest_side, request.max_side) : longest_side;
    const std::uint32_t side = std::min(header.longer_side(), limit);
    std::vector<Attempt> attempts{{side, best_quality}};
    if (request.max_bytes == 0)
        return attempts;
    const auto add = [&](const Attempt& attempt) {
        if (is_worth_a_try(header, attempt.side, request.max_bytes))
            attempts.push_back(attempt);
    };
    if (to != Format::png) {
        add({side, 80});
        add({side, 70});
    }
    for (std::uint32_t larger = side; larger / 2 >= least_side; larger /= 2) {
        add({larger / 4 * 3, 80});
        add({larger / 2, 80});
    }
    return attempts;
}

Plan refusal(std::string text) {
    Plan plan;
    plan.kind = Plan::Kind::refuse;
    plan.refusal = std::move(text);
    return plan;
}

} // namespace

Plan decide(const Facts& facts, const Request& request) {
    Plan plan;
    const bool is_taken = takes(request, facts.format);
    if (!facts.header) {
        plan.kind =
            is_taken && is_within(facts.bytes, request.max_bytes) ? Plan::Kind::keep : Plan::Kind::needs_tool;
        return plan;
    }
    const Header& header = *facts.header;
    if (header.pixels() > most_pixels) {
        return refusal("has " + std::to_string(header.width) + " x " + std::to_string(header.height)
                       + " pixels, which is too many; shrink it to at most "
                       + std::to_string(most_pixels / 1'000'000) + " million pixels first.");
    }
    const auto to = target_format(request);
    if (!to && !is_taken) {
        return refusal("is " + std::string(name_of(facts.format)) + ", and only "
                       + list_of(request.media_types)
                       + " is taken, which it cannot be converted to here; convert it first.");
    }
    plan.to = to.value_or(facts.format);
    plan.changes = changes_of(facts, request, plan.to);
    if (is_taken && plan.changes.empty() && is_within(header.longer_side(), request.max_side))
        return plan;
    if (!to) {
        return refusal("would have to be converted, and only " + list_of(request.media_types)
                       + " is taken, which cannot be written here; convert it first.");
    }
    plan.kind = Plan::Kind::convert;
    plan.attempts = attempts_for(header, request, plan.to);
    if (plan.attempts.front().side < header.longer_side())
        plan.changes.push_back("shrunk to " + std::to_string(plan.attempts.front().side) + " pixels");
    return plan;
}

std::string describe(const Facts& facts, const Plan& plan) {
    std::string text(name_of(facts.format));
    if (facts.header)
        text += ", " + std::to_string(facts.header->width) + " x " + std::to_string(facts.header->height);
    text += ", " + size_text(facts.bytes);
    switch (plan.kind) {
    case Plan::Kind::keep:
        return text + ": as it is";
    case Plan::Kind::convert:
        text += ": converted to " + std::string(name_of(plan.to));
        for (const std::string& change : plan.changes)
            text += ", " + change;
        return text;
    case Plan::Kind::needs_tool:
    case Plan::Kind::refuse:
        break;
    }
    return text;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1024)
        return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    double size = static_cast<double>(bytes) / 1024;
    const char* unit = "KiB";
    for (const char* larger : {"MiB", "GiB"}) {
        if (size < 1023.95)
            break;
        size /= 1024;
        unit = larger;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", size, unit);
    return text;
}

} // namespace image
