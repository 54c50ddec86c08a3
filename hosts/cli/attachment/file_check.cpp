#include "attachment/file_check.hpp"

#include "image/prepare.hpp"
#include "posix/input_error.hpp"
#include "text/suggestion.hpp"

#include <filesystem>
#include <system_error>

namespace cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_names = 1000; // of a folder, to find the one that was meant

std::string name_of(const fs::path& path) {
    return path.filename().string();
}

std::string meant_instead_of(const fs::path& path) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(name_of(entry->path()));
        if (names.size() == most_names)
            break;
    }
    return did_you_mean(name_of(path), names);
}

std::string fault_of(const FileInput& file) {
    try {
        const image::Source source = image::Source::open(file.path);
        if (file.input.is_image)
            image::require_image(source);
        return "";
    } catch (const image::Problem& problem) {
        std::error_code error;
        return problem.what() + (fs::exists(file.path, error) ? "" : meant_instead_of(file.path));
    }
}

} // namespace

std::string fault_of_files(const std::vector<FileInput>& files) {
    std::string faults;
    for (const FileInput& file : files) {
        if (const std::string fault = fault_of(file); !fault.empty())
            faults += (faults.empty() ? "/" : "\n/") + file.input.name + ": " + fault;
    }
    return faults;
}

std::vector<std::string> outlook_of_files(const std::vector<FileInput>& files) {
    std::vector<std::string> lines;
    for (const FileInput& file : files) {
        if (!file.input.is_image)
            continue;
        try {
            const image::Source source = image::Source::open(file.path);
            const image::Prepared prepared = image::prepare(source, {}, image::installed_tools());
            lines.push_back(file.input.name + ": " + source.name() + ": " + prepared.description);
        } catch (const image::Problem& problem) {
            throw InputError("/" + file.input.name + ": " + problem.what());
        }
    }
    return lines;
}

} // namespace cli
