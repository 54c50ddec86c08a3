#include "batch/batch.hpp"
#include "commands/commands.hpp"
#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"
#include "run/claim_refusal.hpp"
#include "run/run_execution.hpp"
#include "run/stored_result.hpp"
#include "text/suggestion.hpp"

#include <memory>
#include <utility>

namespace cli {

namespace {

// Finds it by its key, or else by its job.
durable::RunRecord find_run(durable::Journal& journal, const std::string& name) {
    if (std::optional<durable::RunRecord> run = journal.find(name))
        return *run;
    std::vector<durable::RunRecord> runs = journal.find_by_job(name);
    if (runs.empty()) {
        throw UsageError("the journal \"" + journal.path() + "\" has no run and no job \"" + name
                         + "\". \"workflow-node runs\" lists what it has.");
    }
    if (runs.size() > 1) {
        std::vector<std::string> keys;
        keys.reserve(runs.size());
        for (const durable::RunRecord& run : runs)
            keys.push_back(run.run_key);
        throw UsageError("several runs have a job \"" + name + "\". Choose one by its key: " + joined(keys)
                         + ".");
    }
    return std::move(runs.front());
}

// Throws UsageError if resuming the run might submit something.
durable::Claim claim_for_collecting(durable::Journal& journal, const durable::RunRecord& run) {
    durable::Claim claim;
    journal.transact([&] {
        claim = journal.claim({run.run_key, std::nullopt, run.module, run.action, run.input},
                              durable::Repeat::only_collect);
    });
    if (claim.kind != durable::Claim::Kind::resumed && claim.kind != durable::Claim::Kind::finished)
        throw UsageError(refusal(claim, run.run_key));
    return claim;
}

// Collects them as a batch, with one line for each.
int collect_all(const Options& options, durable::Journal journal) {
    const wfn::Module module = wfn::Module::load(choose_target(options.target).module_path);
    std::vector<std::string> warnings;
    CollectableSource source(journal, module, [&](const std::string& action) {
        const wfn::Node node = choose_node(module, action);
        warnings.clear(); // of one connection file, the same every time
        return node_target(options, node, make_request(options, node, true, warnings).connection_json);
    });
    const auto media = BatchMedia::open(options);
    const auto trace = TraceFile::open(options.trace_file);
    durable::JournalWriter writer(std::move(journal));
    Batch batch(options, module, source, &writer, std::make_shared<EventLoop>(), trace.get(), media.get());
    for (const std::string& warning : warnings)
        batch.display().warning(warning);
    return batch.run();
}

} // namespace

int collect_command(const Options& options) {
    durable::Journal journal(*options.journal_file, durable::Journal::Access::create);
    if (options.all)
        return collect_all(options, std::move(journal));
    const durable::RunRecord run = find_run(journal, options.subject);
    const bool has_output = run.state == durable::RunState::succeeded;
    if (has_output && !options.output_file)
        return print_stored_output(options, run, nullptr);
    const wfn::Module module = wfn::Module::load(choose_target(options.target).module_path);
    if (module.name() != run.module) {
        throw UsageError("the run \"" + run.run_key + "\" belongs to the module \"" + run.module
                         + "\", not to \"" + std::string(module.name()) + "\".");
    }
    const wfn::Node node = choose_node(module, run.action);
    std::vector<std::string> warnings;
    wfn::Request request = make_request(options, node, !has_output, warnings);
    const auto media = RunMedia::open(options, node, request.connection_json);
    if (has_output)
        return print_stored_output(options, run, media.get());
    const auto trace = TraceFile::open(options.trace_file);
    const durable::Claim claim = claim_for_collecting(journal, run);
    if (claim.kind == durable::Claim::Kind::finished) // another process was faster
        return print_stored_output(options, claim.record, media.get());
    request.input_json = claim.record.input;
    JournalKeeper keeper(std::move(journal), claim);
    RunExecution execution(options, module, node, &keeper, trace.get(), media.get());
    execution.warn(warnings);
    return execution.run(std::move(request));
}

} // namespace cli
