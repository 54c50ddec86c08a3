#include "batch/batch.hpp"
#include "commands/commands.hpp"
#include "journal/run_identity.hpp"
#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t max_name = 200; // leaves room for the line in a run key

std::string batch_name(const Options& options) {
    std::string name = options.batch_name;
    if (name.empty())
        name = options.subject == "-" ? "stdin" : options.subject.substr(options.subject.rfind('/') + 1);
    if (name.size() > max_name) {
        throw UsageError("the batch's name is longer than " + std::to_string(max_name)
                         + " bytes; choose another with --name");
    }
    return name;
}

// Otherwise, running the same file again by mistake would look like a batch that finished in a moment.
void check_resume(const Options& options, durable::Journal& journal, const std::string& name) {
    const std::int64_t known = journal.count_batch(name);
    if (known > 0 && !options.resume) {
        throw UsageError("the journal already has " + std::to_string(known) + " runs of a batch \"" + name
                         + "\". --resume continues it; --name NAME makes this another batch.");
    }
}

} // namespace

int batch_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    if (options.subject == "-" && options.connection_file == "-")
        throw UsageError("FILE and --connection cannot both be standard input");
    std::vector<std::string> warnings;
    const NodeTarget on =
        node_target(options, node, make_request(options, node, true, warnings).connection_json);
    const auto media = BatchMedia::open(options);

    const auto trace = TraceFile::open(options.trace_file);
    const bool kept = options.journal_file.has_value();
    const std::string name = kept ? batch_name(options) : durable::new_run_key();
    std::optional<durable::JournalWriter> writer;
    std::optional<durable::BatchKeys> keys;
    if (kept) {
        durable::Journal journal(*options.journal_file, durable::Journal::Access::create);
        check_resume(options, journal, name);
        keys.emplace(name);
        journal.for_each_key(name, [&](const std::string& key) { keys->known(key); });
        writer.emplace(std::move(journal));
    }
    const auto loop = std::make_shared<EventLoop>();
    FileSource source(options.subject, name, std::move(keys), module, on, *loop);
    Batch batch(options, module, source, writer ? &*writer : nullptr, loop, trace.get(), media.get());
    for (const std::string& warning : warnings)
        batch.display().warning(warning);
    return batch.run();
}

} // namespace cli
