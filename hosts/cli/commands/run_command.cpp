#include "attachment/file_check.hpp"
#include "commands/commands.hpp"
#include "journal/run_identity.hpp"
#include "posix/input_error.hpp"
#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"
#include "run/claim_refusal.hpp"
#include "run/run_execution.hpp"
#include "run/stored_result.hpp"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace cli {

namespace {

// A run that the journal knows may need its files no more.
durable::Claim claim_run(durable::Journal& journal, durable::RunSpec spec, const std::string& fault_of_new) {
    durable::Claim claim;
    journal.transact([&] {
        if (spec.run_key.empty())
            spec.run_key = journal.find_unfinished(spec.module, spec.action, spec.input)
                               .value_or(durable::new_run_key());
        if (!fault_of_new.empty() && !journal.find(spec.run_key))
            throw InputError(fault_of_new);
        claim = journal.claim(spec, durable::Repeat::always);
    });
    return claim;
}

bool is_file(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

} // namespace

int run_command(const Options& options) {
    if (options.run_key.size() > WFN_MAX_RUN_KEY_BYTES)
        throw UsageError("a run key has at most " + std::to_string(WFN_MAX_RUN_KEY_BYTES) + " bytes");
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    std::vector<std::string> warnings;
    std::vector<std::string> notes;
    wfn::Request request = make_request(options, node, true, warnings);
    request.run_key = options.run_key;

    request.dry_run = options.dry_run;

    const std::vector<FileInput> files = files_in(request.input_json, media_inputs(node.ui_json()));
    const std::string fault = fault_of_files(files);
    const bool is_known =
        options.journal_file || (options.checkpoint_file && is_file(*options.checkpoint_file));
    if (!fault.empty() && !is_known)
        throw InputError(fault);
    if (options.dry_run) {
        for (std::string& outlook : outlook_of_files(files))
            notes.push_back(std::move(outlook));
    }

    const auto media = RunMedia::open(options, node, request.connection_json);
    const auto trace = TraceFile::open(options.trace_file);
    std::unique_ptr<RunKeeper> keeper;
    if (options.dry_run) {
        // There is nothing to keep.
    } else if (options.checkpoint_file) {
        keeper = std::make_unique<FileKeeper>(*options.checkpoint_file);
    } else if (options.journal_file) {
        durable::Journal journal(*options.journal_file, durable::Journal::Access::create);
        const durable::Claim claim = claim_run(journal,
                                               {options.run_key, std::nullopt, std::string(module.name()),
                                                std::string(node.action_id()), request.input_json},
                                               fault);
        if (claim.kind == durable::Claim::Kind::finished)
            return print_stored_output(options, claim.record, media.get());
        if (claim.kind != durable::Claim::Kind::fresh && claim.kind != durable::Claim::Kind::resumed)
            throw UsageError(refusal(claim, options.run_key));
        request.input_json = claim.record.input; // the same, byte for byte as the first time
        keeper = std::make_unique<JournalKeeper>(std::move(journal), claim);
    }
    RunExecution execution(options, module, node, keeper.get(), trace.get(), media.get());
    execution.warn(warnings);
    execution.note(notes);
    try {
        return execution.run(std::move(request));
    } catch (const wfn::StatusError& error) {
        if (!options.dry_run || error.status() != WFN_INVALID_ARGUMENT)
            throw;
        throw UsageError("the module refuses a dry run: it may be of a version that knows none");
    }
}

} // namespace cli
