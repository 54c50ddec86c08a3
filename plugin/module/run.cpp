#include "module/run.hpp"

#include "api/connection.hpp"
#include "job/dry_run.hpp"
#include "job/idempotency_key.hpp"
#include "job/inputs.hpp"
#include "module/host_file.hpp"
#include "module/host_progress.hpp"
#include "module/session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/monotonic_resource.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <utility>

namespace job_engine {
namespace {

// A host's "for ever", as a duration that can be added to a moment.
constexpr Millis for_ever = std::chrono::hours(24 * 365);

constexpr Millis max_connection_check{30'000};

// Set while a callback of a run of this thread is running.
thread_local Run* run_in_callback = nullptr;

} // namespace

Run::Run(std::shared_ptr<Session> session, std::size_t node, const wfn_request& request)
    : node_(static_cast<std::uint32_t>(node)), callbacks_{request.user_data, request.on_progress,
                                                          request.on_checkpoint, request.on_attachment,
                                                          request.on_complete},
      run_key_(request.run_key != nullptr ? request.run_key : ""),
      request_(RunRequest::copy_of(request, node, session->accounts(), ReusableMemory::bytes_for<JobDriver>)),
      has_run_key_(request.run_key != nullptr), session_(std::move(session)), strand_(session_->new_strand()),
      monitor_(session_->new_monitor()) {}

void Run::begin() {
    with_strand([&](const boost::asio::any_io_executor& strand) {
        boost::asio::dispatch(strand, [self = shared_from_this()] { self->begin_guarded(); });
    });
}

void Run::cancel() {
    post([](Run& run) {
        if (run.driver_ != nullptr)
            run.driver_->cancel();
        else
            run.early_end_ = EarlyEnd::cancel;
    });
}

void Run::suspend() {
    post([](Run& run) {
        if (run.driver_ != nullptr)
            run.driver_->suspend();
        else if (run.early_end_ == EarlyEnd::none)
            run.early_end_ = EarlyEnd::suspend;
    });
}

void Run::service_is_back(const std::shared_ptr<const ApiService>& service, Millis within) {
    post([service, within](Run& run) {
        if (run.driver_ != nullptr)
            run.driver_->service_is_back(*service, within);
    });
}

wfn_status Run::checkpoint_saved(bool kept) {
    {
        const std::lock_guard lock(monitor_->mutex);
        if (!std::exchange(checkpoint_pending_, false))
            return WFN_INVALID_STATE;
    }
    post([kept](Run& run) {
        if (run.driver_ != nullptr)
            run.driver_->checkpoint_answered(kept);
    });
    return WFN_OK;
}

// Copied on the caller's thread and without the lock; where that takes too much memory, the file is still
// waited for.
wfn_status Run::attach(const wfn_attachment& attachment) {
    const auto awaited = [this] {
        const std::lock_guard lock(monitor_->mutex);
        return awaited_file_bytes_;
    }();
    if (awaited == 0)
        return WFN_INVALID_STATE;
    const auto file = std::make_shared<HostFile>(copy_of(attachment, awaited));
    {
        const std::lock_guard lock(monitor_->mutex);
        if (std::exchange(awaited_file_bytes_, 0) == 0)
            return WFN_INVALID_STATE;
    }
    try {
        post([file](Run& run) {
            if (run.driver_ != nullptr)
                run.driver_->attach(std::move(*file));
        });
    } catch (const std::exception&) {
        const std::lock_guard lock(monitor_->mutex);
        awaited_file_bytes_ = over_ ? 0 : awaited;
        throw;
    }
    return WFN_OK;
}

bool Run::wait(Millis timeout) {
    std::unique_lock lock(monitor_->mutex);
    if (timeout < Millis(0)) {
        monitor_->ended.wait(lock, [this] { return over_; });
        return true;
    }

    return monitor_->ended.wait_for(lock, std::min(timeout, for_ever), [this] { return over_; });
}

const wfn_result* Run::result() {
    const std::lock_guard lock(monitor_->mutex);
    return result_ != nullptr ? result_->get() : nullptr;
}

void Run::force_end() {
    post([](Run& run) {
        if (run.driver_ != nullptr)
            return run.driver_->force_end();
        if (run.request_ == nullptr)
            return; // over meanwhile
        run.keep_given_checkpoint();
        run.request_.reset();
        run.fail(make_error(ErrorCode::internal_error,
                            "The session was closed before the run could be suspended."));
    });
}

std::shared_ptr<Run> Run::in_callback(const wfn_run* handle) {
    return run_in_callback != nullptr && run_in_callback->handle_ == handle
               ? run_in_callback->shared_from_this()
               : nullptr;
}

// Hands the strand to the function, unless the run is over.
template <class Function>
void Run::with_strand(Function function) {
    std::shared_ptr<Session> session; // keeps the executor alive meanwhile
    std::shared_ptr<const boost::asio::any_io_executor> strand;
    {
        const std::lock_guard lock(monitor_->mutex);
        session = session_;
        strand = strand_;
    }
    if (session != nullptr)
        function(*strand);
}

template <class Function>
void Run::post(Function function) {
    with_strand([&](const boost::asio::any_io_executor& strand) {
        boost::asio::post(strand, [self = shared_from_this(), function] { function(*self); });
    });
}

void Run::begin_guarded() {
    if (request_ == nullptr)
        return; // ended before it began
    try {
        keep_given_checkpoint();
        begin_checked(std::move(request_));
    } catch (const std::exception& defect) {
        fail(make_error(ErrorCode::internal_error,
                        std::string("The run could not begin: ") + defect.what() + "."));
    }
}

void Run::keep_given_checkpoint() {
    if (request_->checkpoint_json)
        given_checkpoint_ = std::make_unique<const std::string>(*request_->checkpoint_json);
}

void Run::begin_checked(RunRequest::Owner request) {
    const auto& node = session_->definitions().nodes.at(node_)->node;
    const bool validate_only = (request->flags & WFN_VALIDATE_ONLY) != 0;
    RunParameters parameters;
    parameters.purpose = request->purpose();
    const bool checks_connection = parameters.purpose == Purpose::check_connection;
    // First, because it decides what else is needed: to look at a job that is paid for, a connection will do.
    if (request->checkpoint_json) {
        auto checkpoint = read_checkpoint(*request->checkpoint_json);
        if (!checkpoint)
            return fail(checkpoint.error());
        parameters.checkpoint = std::make_unique<Checkpoint>(std::move(*checkpoint));
    }
    const bool job_is_known =
        parameters.checkpoint
        && (parameters.purpose == Purpose::collect_job ? leads_to_job(*parameters.checkpoint)
                                                       : was_answered(parameters.checkpoint->state));

    Account::Opened opened;
    const auto& connection = opened.connection;
    if (request->account != nullptr) {
        auto result = session_->accounts().open(*request->account);
        if (!result)
            return fail(result.error());
        opened = std::move(*result);
    } else if (!validate_only || checks_connection) {
        return fail(make_error(ErrorCode::invalid_connection,
                               "The run was given no " + std::string(module_type().connection.name) + "."));
    }

    if (request->input_json.data() != nullptr) { // as it is unless only the connection is checked
        std::array<unsigned char, 4096>
            room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
        boost::json::monotonic_resource memory_of_inputs(room.data(), room.size());
        auto checked =
            read_inputs(request->input_json, node,
                        connection != nullptr && connection->allow_insecure_loopback, &memory_of_inputs);
        const bool needs_inputs = parameters.purpose != Purpose::collect_job && !job_is_known;
        if (!checked && (validate_only || needs_inputs))
            return fail(checked.error());
        if (checked) {
            for (const auto& warning : checked->warnings)
                on_warning(warning);
            if (connection != nullptr)
                parameters.job = std::make_unique<const PreparedJob>(
                    prepare_job(checked->values, node, *connection->binding));
            const bool has_file = parameters.checkpoint && !parameters.checkpoint->file.empty();
            if (validate_only || (needs_inputs && !has_file))
                if (const auto fault = fault_of_file_input(checked->file, node.type, connection.get(),
                                                           callbacks_.on_attachment != nullptr))
                    return fail(*fault);
        } else if (job_is_known) {
            on_warning({"inputs_ignored", "The job is submitted already, so these inputs are not used: "
                                              + checked.error().message});
        }
    }
    if (validate_only && !checks_connection) {
        Outcome valid;
        valid.kind = Outcome::Kind::succeeded;
        return on_outcome(std::move(valid));
    }

    parameters.connection = connection;
    if (!has_run_key_)
        run_key_ = random_run_key();
    parameters.run_key = run_key_;
    parameters.traceparent = RareText(std::string(request->traceparent));
    parameters.keeps_checkpoints = callbacks_.on_checkpoint != nullptr;
    parameters.checkpoint_timeout = request->checkpoint_timeout;
    parameters.timeout = request->timeout > Millis(0) ? request->timeout : connection->job_timeout;
    if (checks_connection)
        parameters.timeout = std::min(parameters.timeout, max_connection_check);
    parameters.early_end = early_end_;
    parameters.suspend_after = request->suspend_after;
    parameters.cancel_job_at_deadline = (request->flags & WFN_CANCEL_JOB_AT_DEADLINE) != 0;
    parameters.jitter = Jitter(std::hash<std::string_view>()(parameters.run_key));
    if ((request->flags & WFN_DRY_RUN) != 0)
        return on_outcome(dry_run(std::move(parameters), node, opened.service->client.user_agent()));
    driver_ = ReusableMemory::make_shared_in<JobDriver>(RunRequest::memory_of(std::move(request)), strand_,
                                                        std::move(opened.service), std::move(parameters),
                                                        node, static_cast<JobListener&>(*this));
    if (!checks_connection) // which takes no checkpoint over
        given_checkpoint_.reset();
    driver_->start();
}

// An end before the flow has taken over.
void Run::fail(Error error) {
    Outcome outcome;
    outcome.error = std::move(error);
    on_outcome(std::move(outcome));
}

// A checkpoint that no flow has taken over goes back as it came: what is paid for stays known, and what it
// says about money goes into the error.
void Run::add_given_checkpoint(Outcome& outcome) const {
    if (given_checkpoint_ == nullptr)
        return;
    outcome.given_checkpoint = *given_checkpoint_;
    const auto given = read_checkpoint(*given_checkpoint_);
    if (given)
        describe_charge(outcome.error, *given);
    else if (outcome.error.charged == Charged::no)
        outcome.error.charged = Charged::unknown;
}

// A callback that throws has returned: what it threw must neither end the run nor reach the thread.
template <class Call>
void Run::call_host(const char* name, Call call) {
    auto* const outer = std::exchange(run_in_callback, this);
    bool threw = false;
    try {
        call();
    } catch (...) {
        threw = true;
    }
    run_in_callback = outer;
    if (!threw)
        return;
    std::array<char, 100> line{};
    std::snprintf(line.data(), line.size(), "the host's %s threw an exception, which is ignored", name);
    log(WFN_LOG_ERROR, line.data());
}

void Run::on_progress(const Progress& progress, const std::string& job_id) {
    if (progress.phase == Phase::retrying)
        log(WFN_LOG_WARNING, progress.message);
    if (callbacks_.on_progress == nullptr)
        return;
    const auto elapsed = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - started_at_);
    const auto shown = host_progress(progress, job_id, elapsed);
    call_host("on_progress", [&] { callbacks_.on_progress(callbacks_.user_data, handle_, &shown); });
}

void Run::on_checkpoint(const Checkpoint& checkpoint) {
    const HostCheckpoint kept(checkpoint);
    {
        const std::lock_guard lock(monitor_->mutex);
        checkpoint_pending_ = true;
    }
    call_host("on_checkpoint", [&] { callbacks_.on_checkpoint(callbacks_.user_data, handle_, kept.get()); });
}

void Run::on_attachment(const AttachmentRequest& request) {
    if (callbacks_.on_attachment == nullptr) // of a run whose checkpoint let it begin nevertheless
        return driver_->attach(no_host_file());
    {
        const std::lock_guard lock(monitor_->mutex);
        awaited_file_bytes_ = request.max_bytes;
    }
    const auto asked = host_request(request);
    call_host("on_attachment", [&] { callbacks_.on_attachment(callbacks_.user_data, handle_, &asked); });
}

void Run::on_warning(const Warning& warning) {
    if (warnings_ == nullptr)
        warnings_ = std::make_unique<std::vector<Warning>>();
    warnings_->push_back(warning);
    log(WFN_LOG_WARNING, warning.message);
}

// Throws before anything has changed, or not at all: whoever called it may try another outcome.
void Run::on_outcome(Outcome outcome) {
    const auto& errors = *module_type().nodes[node_]->errors;
    add_given_checkpoint(outcome);
    auto whole = std::make_unique<RunResult>(
        outcome, warnings_ != nullptr ? *warnings_ : std::vector<Warning>(), errors);
    if (outcome.kind == Outcome::Kind::failed)
        log(WFN_LOG_INFO,
            std::string(error_kind(outcome.error.code, errors).type) + ": " + outcome.error.message);
    complete(std::move(whole));
}

void Run::complete(std::unique_ptr<RunResult> whole) noexcept {
    driver_.reset();
    const auto* const result = whole->get();
    {
        const std::lock_guard lock(monitor_->mutex);
        result_ = std::move(whole);
        checkpoint_pending_ = false;
        awaited_file_bytes_ = 0;
    }
    if (callbacks_.on_complete != nullptr)
        call_host("on_complete", [&] { callbacks_.on_complete(callbacks_.user_data, handle_, result); });

    std::shared_ptr<Session> session;
    {
        const std::lock_guard lock(monitor_->mutex);
        over_ = true;
        strand_.reset();
        session = std::move(session_);
    }
    monitor_->ended.notify_all(); // not under the lock, which who waits would have to wait for next
    session->remove(shared_from_this());
}

bool Run::traces() const noexcept {
    return session_->log().takes(WFN_LOG_TRACE);
}

void Run::on_trace(const std::string& line) noexcept {
    try {
        session_->log().write(WFN_LOG_TRACE, line);
    } catch (...) { // NOLINT(bugprone-empty-catch): as in log
    }
}

// Without memory for the line there is no line.
void Run::log(wfn_log_level level, std::string_view message) const noexcept {
    try {
        const bool is_named = has_run_key_ && !run_key_.empty();
        session_->log().write(level, (is_named ? "run " + run_key_ + ": " : std::string()).append(message));
    } catch (...) { // NOLINT(bugprone-empty-catch)
    }
}

} // namespace job_engine
