#include "image/prepare.hpp"

#include "image/colour_profile.hpp"
#include "image/toolbox.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace image {

namespace {

constexpr std::size_t most_head = std::size_t{256} << 10;
constexpr std::size_t most_header = std::size_t{4} << 20;

const char supported_kinds[] = "JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP";

Request bounded(Request request) {
    request.max_bytes = request.max_bytes == 0 ? largest_result : std::min(request.max_bytes, largest_result);
    return request;
}

Facts sniff_facts(const Source& source, std::string_view head) {
    const Sniffed sniffed = sniff(head);
    if (!sniffed.is_image) {
        const std::string what = sniffed.otherwise.empty() ? "not an image" : std::string(sniffed.otherwise);
        throw Problem(Problem::Kind::not_an_image,
                      source.name() + " is " + what + "; give a file that is " + supported_kinds + ".");
    }
    Facts facts;
    facts.format = sniffed.format;
    facts.bytes = source.size();
    return facts;
}

// What libvips reads without its untrusted loaders.
std::optional<Source> as_vips_reads_it(const Source& bmp, Toolbox& tools) {
    if (!tools.has(Tool::ffmpeg))
        return std::nullopt;
    const Finished png = tools.run(Tool::ffmpeg,
                                   {"-v", "error", "-nostdin", "-max_pixels", std::to_string(most_pixels),
                                    "-f", "bmp_pipe", "-i", "pipe:0", "-frames:v", "1", "-pix_fmt", "rgb24",
                                    "-c:v", "png", "-f", "image2pipe", "pipe:1"},
                                   bmp, std::size_t{1} << 30);
    if (!png.succeeded())
        throw tools.failure(Tool::ffmpeg, png, bmp);
    return Source::of_bytes(png.output, bmp.name());
}

// Whether this libvips was built without it, or cannot decode what is in it.
bool is_unknown_to_vips(const Facts& facts, const Finished& finished) {
    const auto says = [&](const char* words) { return finished.messages.find(words) != std::string::npos; };
    return (facts.format == Format::heic || facts.format == Format::avif)
           && (says("not in a known format") || says("Unsupported"));
}

// Also what Lightroom and its like write beside EXIF: PNG and WebP may have it behind the pixels.
bool has_place_in_xmp(const Source& source) {
    return source.contains("exif:GPSLatitude");
}

void read_header(Facts& facts, const Source& readable, Toolbox& tools) {
    if (!tools.has(Tool::vipsheader))
        return;
    const Finished all = tools.run(Tool::vipsheader, {"-a", "stdin"}, readable, most_header);
    if (!all.succeeded()) {
        if (is_unknown_to_vips(facts, all))
            return;
        throw tools.failure(Tool::vipsheader, all, readable);
    }
    facts.header = parse_header(all.output);
    if (!facts.header)
        throw Problem(Problem::Kind::failed,
                      "vipsheader tells nothing about " + readable.name()
                          + " that is understood here; install libvips 8.10 or newer.");
    facts.header->has_place = facts.header->has_place || has_place_in_xmp(readable);
    if (facts.header->has_profile && !facts.header->is_cmyk) {
        const Finished profile =
            tools.run(Tool::vipsheader, {"-f", "icc-profile-data", "stdin"}, readable, most_header);
        facts.is_wide_gamut = !has_srgb_colours(decode_base64(profile.output));
    }
}

struct Examined {
    Outlook outlook;
    std::optional<Source> decoded; // instead of the file, for libvips
};

Examined examine_with(const Source& source, const Request& request, Toolbox& tools) {
    const std::string head = source.read(most_head);
    Examined examined;
    Facts& facts = examined.outlook.facts;
    facts = sniff_facts(source, head);
    if (facts.format == Format::bmp)
        examined.decoded = as_vips_reads_it(source, tools);
    if (facts.format != Format::bmp || examined.decoded)
        read_header(facts, examined.decoded ? *examined.decoded : source, tools);
    Plan& plan = examined.outlook.plan;
    plan = decide(facts, request);
    if (plan.kind == Plan::Kind::refuse)
        throw Problem(Problem::Kind::refused, source.name() + " " + plan.refusal);
    if (plan.kind == Plan::Kind::needs_tool)
        throw tools.missing(source, facts, request);
    return examined;
}

// A damaged file is found before it is paid for.
void try_to_decode(const Source& source, Toolbox& tools) {
    const Finished tried = tools.run(
        Tool::vipsthumbnail, {"stdin[fail-on=error]", "-s", "16x16>", "-o", ".jpg"}, source, largest_result);
    if (!tried.succeeded())
        throw tools.failure(Tool::vipsthumbnail, tried, source);
}

std::string output_options(Format to, int quality) {
    const std::string q = std::to_string(quality);
    switch (to) {
    case Format::png:
        return ".png[strip,bitdepth=8]";
    case Format::webp:
        return ".webp[strip,Q=" + q + "]";
    default:
        return ".jpg[strip,optimize_coding,background=255 255 255,Q=" + q + "]";
    }
}

std::string convert(const Source& readable, const Plan& plan, const Request& request, Toolbox& tools) {
    if (!tools.has(Tool::vipsthumbnail))
        throw Problem(Problem::Kind::no_tool,
                      "There is vipsheader, but no vipsthumbnail, which has to convert " + readable.name()
                          + "; " + install_advice(Tool::vipsthumbnail));
    for (const Attempt& attempt : plan.attempts) {
        const std::string side = std::to_string(attempt.side);
        std::string box = side;
        box.append("x").append(side).append(">");
        Finished finished = tools.run(Tool::vipsthumbnail,
                                      {"stdin[fail-on=error]", "-s", std::move(box), "-e", "srgb", "-o",
                                       output_options(plan.to, attempt.quality)},
                                      readable, request.max_bytes);
        if (finished.succeeded() && !finished.output.empty())
            return std::move(finished.output);
        if (finished.how != End::too_much_output)
            throw tools.failure(Tool::vipsthumbnail, finished, readable);
    }
    throw Problem(Problem::Kind::refused, readable.name() + " cannot be made as small as "
                                              + size_text(request.max_bytes)
                                              + ", which is the most that is taken.");
}

} // namespace

void require_image(const Source& source) {
    sniff_facts(source, source.read(most_head));
}

Tools installed_tools() {
    const char* path = std::getenv("PATH");
    return {path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"};
}

Outlook examine(const Source& source, const Request& request, const Tools& tools) {
    Toolbox toolbox(tools);
    return examine_with(source, bounded(request), toolbox).outlook;
}

Prepared prepare(const Source& source, const Request& request, const Tools& tools) {
    Toolbox toolbox(tools);
    const Request limits = bounded(request);
    const Examined examined = examine_with(source, limits, toolbox);
    const auto& [facts, plan] = examined.outlook;
    Prepared prepared;
    if (plan.kind == Plan::Kind::convert) {
        prepared.bytes = convert(examined.decoded ? *examined.decoded : source, plan, limits, toolbox);
        prepared.format = plan.to;
    } else {
        if (facts.header && !examined.decoded && toolbox.has(Tool::vipsthumbnail))
            try_to_decode(source, toolbox);
        prepared.bytes = source.read(limits.max_bytes);
        prepared.format = facts.format;
    }
    prepared.description = describe(facts, plan);
    prepared.peak_memory = toolbox.peak_memory();
    return prepared;
}

} // namespace image
