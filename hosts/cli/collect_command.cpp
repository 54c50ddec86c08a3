#include "batch.hpp"
#include "commands.hpp"
#include "journal_claim.hpp"
#include "node_choice.hpp"
#include "request_source.hpp"
#include "run_execution.hpp"
#include "stored_result.hpp"
#include "suggestion.hpp"

#include <memory>
#include <utility>

namespace cli {

namespace {

/* By its key, or else by its job. */
RunRecord find_run(Journal& journal, const std::string& name) {
    if (std::optional<RunRecord> run = journal.find(name)) {
        return *run;
    }
    std::vector<RunRecord> runs = journal.find_by_job(name);
    if (runs.empty()) {
        throw UsageError("the journal \"" + journal.path() + "\" has no run and no job \"" + name
                         + "\". \"workflow-node runs\" lists what it has.");
    }
    if (runs.size() > 1) {
        std::vector<std::string> keys;
        keys.reserve(runs.size());
        for (const RunRecord& run : runs) {
            keys.push_back(run.run_key);
        }
        throw UsageError("several runs have a job \"" + name + "\". Choose one by its key: " + joined(keys)
                         + ".");
    }
    return std::move(runs.front());
}

/* Throws UsageError unless going on with the run cannot submit anything. */
Claim claim_for_collecting(Journal& journal, const RunRecord& run) {
    Claim claim;
    journal.transact([&] {
        claim = journal.claim({run.run_key, std::nullopt, run.module, run.action, run.input},
                              Repeat::only_collect);
    });
    if (claim.kind != Claim::Kind::taken_up && claim.kind != Claim::Kind::over) {
        throw UsageError(refusal(claim, run.run_key));
    }
    return claim;
}

/* As a batch: a line for each. */
int collect_all(const Options& options, Journal journal) {
    const wfn::Module module = wfn::Module::load(choose_target(options.target).module_path);
    std::vector<std::string> warnings;
    CollectableSource source(journal, module, [&](const std::string& action) {
        const wfn::Node node = choose_node(module, action);
        warnings.clear(); // of one connection file, the same each time
        return NodeTarget{node, std::make_shared<const std::string>(
                                    make_request(options, node, true, warnings).connection_json)};
    });
    JournalWriter writer(std::move(journal));
    Batch batch(options, module, source, &writer, std::make_shared<BatchEvents>());
    for (const std::string& warning : warnings) {
        batch.display().warning(warning);
    }
    return batch.go();
}

} // namespace

int collect_command(const Options& options) {
    Journal journal(*options.journal_file, Journal::Access::create);
    if (options.all) {
        return collect_all(options, std::move(journal));
    }
    const RunRecord run = find_run(journal, options.subject);
    if (run.state == RunState::succeeded) {
        return print_stored_output(options, run);
    }
    const wfn::Module module = wfn::Module::load(choose_target(options.target).module_path);
    if (module.name() != run.module) {
        throw UsageError("the run \"" + run.run_key + "\" is of the module \"" + run.module + "\", not of \""
                         + std::string(module.name()) + "\".");
    }
    const wfn::Node node = choose_node(module, run.action);
    std::vector<std::string> warnings;
    wfn::Request request = make_request(options, node, true, warnings);
    const Claim claim = claim_for_collecting(journal, run);
    if (claim.kind == Claim::Kind::over) { // another process was faster
        return print_stored_output(options, claim.record);
    }
    request.input_json = claim.record.input;
    JournalKeeper keeper(std::move(journal), claim);
    RunExecution execution(options, module, node, &keeper);
    execution.warn(warnings);
    return execution.go(std::move(request));
}

} // namespace cli
