// doomed_host MODULE CONNECTION_FILE RUN_KEY PROMPT CHECKPOINT_FILE MOST_STALL_US SEED [IMAGE_FILE]
//
// A host that may be killed at any moment: it keeps the run's checkpoint in a file, durably, and goes on from
// it when it is started again. On standard output it says where it is, one line before each step, so that
// whoever kills it knows what was interrupted; the last line is "video URL", or "error JSON". It is slow on
// purpose, up to MOST_STALL_US between two steps, so that a kill can fall between them.
#include <workflow_node/host.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace {

namespace json = boost::json;

void require(bool done, const char* what) {
    if (!done)
        throw std::system_error(errno, std::generic_category(), what);
}

void say(const std::string& line) {
    const auto text = line + "\n";
    require(::write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

class Stalls {
public:
    Stalls(unsigned max_us, unsigned seed) : max_us_(max_us), random_(seed) {}
    void stall() { std::this_thread::sleep_for(std::chrono::microseconds(random_() % (max_us_ + 1))); }

private:
    unsigned max_us_;
    std::minstd_rand random_;
};

void sync_and_close(int file) {
    require(file >= 0 && ::fsync(file) == 0 && ::close(file) == 0, "fsync");
}

// At every moment the file holds the earlier checkpoint or the new one, whole.
void keep(const std::filesystem::path& path, const std::string& checkpoint, const std::string& which,
          Stalls& stalls) {
    say("writing " + which);
    stalls.stall();
    const auto draft = path.string() + ".new";
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(file >= 0
                && ::write(file, checkpoint.data(), checkpoint.size())
                       == static_cast<ssize_t>(checkpoint.size()),
            "write");
    sync_and_close(file);
    stalls.stall();
    require(::rename(draft.c_str(), path.c_str()) == 0, "rename");
    sync_and_close(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    say("kept " + which);
    stalls.stall();
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string video_in(const std::string& output_json) {
    return std::string(json::parse(output_json).as_object().at("video").as_string());
}

void run(char** arguments, const char* image_file) {
    const std::filesystem::path checkpoint_file = arguments[5];
    Stalls stalls(static_cast<unsigned>(std::stoul(arguments[6])),
                  static_cast<unsigned>(std::stoul(arguments[7])));
    say("loading");
    auto module = wfn::Module::load(arguments[1]);
    const auto node = module.find("image_to_video").value();
    auto session = wfn::Session::open(module, {"doomed-host", "1.0", "", nullptr});

    wfn::Request request;
    request.input_json = json::serialize(json::object{
        {"prompt", arguments[4]},
        {"image", image_file != nullptr ? "attachment:photo.jpg" : "https://images.example/photo.jpg"},
        {"negative_prompt", nullptr}});
    request.connection_json = content_of(arguments[2]);
    request.run_key = arguments[3];
    request.checkpoint_json = content_of(checkpoint_file);
    request.timeout = std::chrono::seconds(60);
    request.on_checkpoint = [&](const wfn::Checkpoint& checkpoint) {
        const bool names_a_job = checkpoint.submission == wfn::Submission::yes;
        keep(checkpoint_file, checkpoint.json, names_a_job ? "job" : "intent", stalls);
        return wfn::CheckpointAnswer::kept;
    };
    if (image_file != nullptr)
        request.on_attachment = [&](const wfn::AttachmentRequest&) -> std::optional<wfn::Attachment> {
            say("giving file");
            return wfn::Attachment{content_of(image_file), {}, {}};
        };
    say("executing");
    const auto result = session.run(node, std::move(request));
    say("ended");
    stalls.stall();
    say(result.succeeded() ? "video " + video_in(result.output_json)
                           : "error " + (result.error ? result.error->json : std::string("none")));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 8 && argc != 9)
        return 2;
    try {
        run(argv, argc == 9 ? argv[8] : nullptr);
    } catch (const std::exception& defect) {
        std::fprintf(stderr, "doomed_host: %s\n", defect.what());
        return 3;
    }
    return 0;
}
