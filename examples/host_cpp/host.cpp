// A workflow host in C++17.
//
// host_cpp list MODULE
//     the nodes
//
// host_cpp run MODULE NODE CONNECTION_FILE INPUT CHECKPOINT_FILE
//     one run, which goes on from the checkpoint file
//
// host_cpp many MODULE NODE CONNECTION_FILE INPUT COUNT
//     COUNT runs at once, every second one cancelled
//
// The connection comes from a file because it holds the API key. Exit code 1: the run or the call failed.
#include <workflow_node/host.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error(path + " cannot be read");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

// Durably, and never half: a host that dies here leaves the earlier checkpoint or this one.
bool keep(const std::string& path, const std::string& text) {
    const std::string beside = path + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool kept = file >= 0
                      && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size())
                      && ::fsync(file) == 0;
    if (file >= 0)
        ::close(file);
    return kept && std::rename(beside.c_str(), path.c_str()) == 0;
}

int run_one(wfn::Session& session, const wfn::Node& node, wfn::Request request, const std::string& path) {
    request.run_key = path; // the same when this run is repeated, another for every other one
    if (std::filesystem::exists(path))
        request.checkpoint_json = read_file(path);
    // Both come on the module's threads: be quick.
    request.on_progress = [](const wfn::Progress& progress) {
        std::cerr << "progress: " << progress.fraction.value_or(0) * 100 << " % " << progress.message << '\n';
    };
    request.on_checkpoint = [path](const wfn::Checkpoint& checkpoint) {
        std::cerr << "checkpoint: " << checkpoint.json << '\n';
        return keep(path, checkpoint.json) ? wfn::CheckpointAnswer::kept : wfn::CheckpointAnswer::not_kept;
    };
    const wfn::Result result = session.run(node, std::move(request));
    if (result.succeeded())
        std::cout << result.output_json << '\n';
    else if (result.error)
        std::cerr << result.error->type << ": " << result.error->message << '\n'
                  << result.error->solution << '\n'
                  << result.error->json << '\n';
    if (!result.checkpoint)
        std::filesystem::remove(path); // there is nothing to go on from
    else if (!keep(path, result.checkpoint->json))
        throw std::runtime_error(path + " cannot be written");
    return result.succeeded() ? 0 : 1;
}

int run_many(wfn::Session& session, const wfn::Node& node, const wfn::Request& request, int count) {
    std::vector<wfn::Run> runs;
    for (int i = 0; i < count; ++i) {
        runs.push_back(session.start(node, request));
        if (i % 2 == 1)
            runs.back().cancel();
    }
    std::cerr << count << " runs were started, and every second one was cancelled\n";
    std::map<wfn::Outcome, int> ended;
    for (wfn::Run& run : runs) {
        run.wait();
        ++ended[run.result()->outcome];
    }
    std::cout << "succeeded " << ended[wfn::Outcome::succeeded] << ", failed " << ended[wfn::Outcome::failed]
              << ", cancelled " << ended[wfn::Outcome::cancelled] << ", suspended "
              << ended[wfn::Outcome::suspended] << '\n';
    return ended[wfn::Outcome::succeeded] + ended[wfn::Outcome::cancelled] == count ? 0 : 1;
}

int run(const std::vector<std::string>& words) {
    const std::string command = words.empty() ? "" : words[0];
    if (!(words.size() == 2 && command == "list")
        && !(words.size() == 6 && (command == "run" || command == "many")))
        throw std::runtime_error(
            "usage: list MODULE | run|many MODULE NODE CONNECTION_FILE INPUT CHECKPOINT|COUNT");
    const wfn::Module module = wfn::Module::load(words[1]);
    if (words.size() == 2) {
        for (const wfn::Node& node : module.nodes())
            std::cout << node.action_id() << ": " << node.description() << '\n';
        return 0;
    }
    const auto node = module.find(words[2]);
    if (!node)
        throw std::runtime_error("there is no node " + words[2]);
    wfn::Request request;
    request.connection_json = read_file(words[3]);
    request.input_json = words[4];
    wfn::Session session = wfn::Session::open(module, {"host_cpp", "1.0", {}, {}});
    if (command == "many")
        return run_many(session, *node, request, std::stoi(words[5]));
    return run_one(session, *node, request, words[5]);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "host_cpp: " << error.what() << '\n';
        return 1;
    }
}
