#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace image {

// A program that is run with a file as its standard input.
struct Command {
    std::string program;                // its path
    std::vector<std::string> arguments; // without its name
    std::string path_variable;          // its PATH; of this process's environment it sees nothing
    int input = -1;                     // is read from its beginning
    std::size_t most_output = 0;        // more ends the program
    std::chrono::steady_clock::time_point deadline;
    const std::atomic<bool>* cancelled = nullptr;
};

enum class End { exited, killed, timed_out, too_much_output, cancelled, not_started, unknown };

struct Finished {
    End how = End::not_started;
    int code = 0; // its exit status, the signal that killed it, or the errno it was not started with
    std::string output;
    std::string messages;          // the beginning of what it wrote on stderr
    std::uint64_t peak_memory = 0; // bytes

    bool succeeded() const noexcept { return how == End::exited && code == 0; }
};

// In a process group of its own, with limits on memory and processor time, and without a file to write to.
// Returns once it and the group are no more.
Finished run(const Command& command);

// The path of a program in the absolute directories of a PATH.
std::optional<std::string> find_program(const std::string& name, const std::string& path_variable);

} // namespace image
