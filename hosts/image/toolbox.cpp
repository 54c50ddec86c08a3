#include "image/toolbox.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace image {

namespace {

const char* program_of(Tool tool) {
    switch (tool) {
    case Tool::vipsheader:
        return "vipsheader";
    case Tool::vipsthumbnail:
        return "vipsthumbnail";
    case Tool::ffmpeg:
        break;
    }
    return "ffmpeg";
}

// "VipsJpeg: Premature end of input file" without whose words these are.
std::string_view without_speaker(std::string_view line) {
    for (;;) {
        const std::size_t colon = line.find(": ");
        if (colon == line.npos || line.substr(0, colon).find(' ') != line.npos)
            return line;
        line.remove_prefix(colon + 2);
    }
}

// The last that a program said, for a sentence.
std::string last_words(std::string_view messages) {
    constexpr std::size_t longest = 120;
    std::string_view last;
    while (!messages.empty()) {
        const std::size_t end = std::min(messages.find('\n'), messages.size());
        const std::string_view line = messages.substr(0, end);
        if (!line.empty() && line.find("WARNING") == line.npos)
            last = line;
        messages.remove_prefix(std::min(end + 1, messages.size()));
    }
    std::string words(without_speaker(last).substr(0, longest));
    for (char& character : words) {
        if (character < 0x20 || character > 0x7E)
            character = '?';
    }
    return words;
}

} // namespace

std::string install_advice(Tool tool) {
    if (tool == Tool::ffmpeg)
        return "install ffmpeg.";
    return "install libvips' programs: libvips-tools on Debian and Ubuntu, vips-tools on Alpine, vips with "
           "Homebrew.";
}

Toolbox::Toolbox(const Tools& tools)
    : tools_(tools), deadline_(std::chrono::steady_clock::now() + tools.time_limit) {}

bool Toolbox::has(Tool tool) const {
    return find_program(program_of(tool), tools_.path_variable).has_value();
}

Finished Toolbox::run(Tool tool, std::vector<std::string> arguments, const Source& source,
                      std::size_t most_output) {
    Command command;
    command.program = find_program(program_of(tool), tools_.path_variable).value_or("");
    command.arguments = std::move(arguments);
    command.path_variable = tools_.path_variable;
    command.input = source.descriptor();
    command.most_output = most_output;
    command.deadline = deadline_;
    command.cancelled = tools_.cancelled;
    Finished finished = image::run(command);
    peak_memory_ = std::max(peak_memory_, finished.peak_memory);
    return finished;
}

Problem Toolbox::failure(Tool tool, const Finished& finished, const Source& source) const {
    const std::string program = program_of(tool);
    const auto failed = [](const std::string& text) { return Problem(Problem::Kind::failed, text); };
    switch (finished.how) {
    case End::exited:
        break;
    case End::killed:
        return failed(program + " was ended by signal " + std::to_string(finished.code) + " while it read "
                      + source.name()
                      + "; the image may need more memory than there is, so shrink it first.");
    case End::timed_out:
        return failed(
            program + " did not finish with " + source.name() + " within "
            + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(tools_.time_limit).count())
            + " s; shrink the image first.");
    case End::too_much_output:
        return failed(program + " writes more of " + source.name()
                      + " than is taken; shrink the image first.");
    case End::cancelled:
        return failed("The preparation of " + source.name() + " was cancelled.");
    case End::unknown:
        return failed(
            "How " + program + " ended is not known on this machine: the process that started it "
            + "ignores SIGCHLD, or waits for children that are not its own. Start it without that.");
    case End::not_started:
        return failed(program + " cannot be started: " + std::generic_category().message(finished.code) + "; "
                      + install_advice(tool));
    }
    const std::string words = last_words(finished.messages);
    if (words.find("memory") != std::string::npos)
        return Problem(Problem::Kind::refused,
                       source.name() + " needs too much memory to be converted; shrink it first.");
    return Problem(Problem::Kind::damaged, source.name() + " is damaged" + (words.empty() ? "" : ": " + words)
                                               + ". Export or download it again.");
}

Problem Toolbox::missing(const Source& source, const Facts& facts, const Request& request) const {
    const bool is_taken = takes(request, facts.format);
    const Tool needed =
        facts.format == Format::bmp && !has(Tool::ffmpeg) ? Tool::ffmpeg : Tool::vipsthumbnail;
    const std::string why = is_taken ? "has " + size_text(facts.bytes) + ", and at most "
                                           + size_text(request.max_bytes) + " is taken"
                                     : "is " + std::string(name_of(facts.format)) + ", which is not taken";
    if (has(needed))
        return Problem(Problem::Kind::no_tool,
                       source.name() + " " + why
                           + ", and the installed libvips does not read it: install what it "
                             "needs for that (vips-heif on Alpine), or convert the image first.");
    return Problem(Problem::Kind::no_tool,
                   source.name() + " " + why + ". To have it converted, " + install_advice(needed));
}

} // namespace image
