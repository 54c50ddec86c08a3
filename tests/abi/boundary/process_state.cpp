#include "process_state.hpp"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace boundary_tests {
namespace {

std::set<int> numbers_in(const char* directory) {
    std::set<int> numbers;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        numbers.insert(std::stoi(entry.path().filename().string()));
    return numbers;
}

} // namespace

std::set<int> thread_ids() {
    return numbers_in("/proc/self/task");
}

std::set<int> open_descriptors() {
    // The lowest free number is what reading the directory itself takes, before and after.
    return numbers_in("/proc/self/fd");
}

std::vector<std::string> environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        variables.emplace_back(*variable);
    return variables;
}

std::vector<void (*)(int)> signal_handlers() {
    std::vector<void (*)(int)> handlers;
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action {};
        ::sigaction(signal, nullptr, &action);
        handlers.push_back(action.sa_handler);
    }
    return handlers;
}

std::set<int> blocked_signals(int thread_id) {
    std::ifstream status("/proc/self/task/" + std::to_string(thread_id) + "/status");
    std::set<int> blocked;
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("SigBlk:", 0) != 0)
            continue;
        const auto mask = std::stoull(line.substr(7), nullptr, 16);
        for (int signal = 1; signal <= 64; ++signal)
            if ((mask >> static_cast<unsigned>(signal - 1) & 1U) != 0)
                blocked.insert(signal);
    }
    return blocked;
}

bool is_mapped(const std::string& file_name) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(file_name) != std::string::npos)
            return true;
    return false;
}

} // namespace boundary_tests
