// `workflow-node check` alone. It starts itself for each scenario; a platform's own loader, or an emulator,
// has to start it: the words of STARTED_BY, one in each line.
#include "check/check.hpp"
#include "options/options.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

// What the linker puts in execv's place.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" int __wrap_execv(const char* /*this_program*/, char* const* arguments) {
    static std::vector<std::string> words;
    std::istringstream lines(std::getenv("STARTED_BY"));
    for (std::string line; std::getline(lines, line);)
        words.push_back(line);
    std::vector<char*> all;
    for (std::string& word : words)
        all.push_back(word.data());
    for (++arguments; *arguments; ++arguments)
        all.push_back(*arguments);
    all.push_back(nullptr);
    return ::execvp(all.front(), all.data());
}

int main(int argc, char** argv) {
    try {
        const cli::ParsedOptions parsed = cli::parse_options(argc, argv);
        if (!parsed.options) {
            std::fprintf(stderr, "%s\n", parsed.problem.c_str());
            return parsed.exit_code;
        }
        if (!parsed.options->scenario.empty())
            cli::check::make_scenario(*parsed.options);
        return cli::check::check_module(*parsed.options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
