/*
 * workflow_node/module/job.hpp: the run as the node's code sees it. See module.hpp.
 */
#pragma once

#include <workflow_node/module/finish.hpp>
#include <workflow_node/module/keep.hpp>

namespace wfn {

/*
 * One run. Belongs to the module's machinery; valid while the node's function that was given it runs, and
 * only on that thread. The texts it returns are valid as long. Times are relative.
 */
class Job {
public:
    explicit Job(sdk::Run& run) : run_(run) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /* As the schema's top level says; see NodeInfo and check(). */
    Json input() const { return Json::parse(run_.input); }
    /* Holds secrets. None where the node needs no connection and none was given. */
    Json connection() const { return Json::parse(run_.connection); }
    /* The checkpoint that the run goes on from; with an empty text it starts anew. */
    const Saved& resumed() const { return run_.given; }
    /* The run's name, a random one where the host gave none: make the service's idempotency key of it. */
    const std::string& run_key() const { return run_.run_key; }
    /* W3C Trace Context, to be sent along; empty: none. */
    const std::string& traceparent() const { return run_.traceparent; }
    /* The run must not submit. checkpoint() and keep() see to that where they come before a submit. */
    bool collect_only() const { return (run_.request.flags & WFN_COLLECT_ONLY) != 0; }
    /* Until the deadline; 0 when it has passed. */
    std::chrono::milliseconds left() const {
        return std::max(sdk::Ms(0), std::chrono::duration_cast<sdk::Ms>(run_.deadline - sdk::Clock::now()));
    }

    /*
     * The run is to end: return stopped() soon. 4 s after it was asked the run ends without the node, whose
     * later result is dropped.
     */
    bool stopping() const {
        const sdk::Lock lock(run_.session->home->mutex);
        return run_.ended || sdk::why(run_) != sdk::Why::nothing;
    }
    /* The job is to be cancelled at the service too, before stopped() is returned; not in a collect. */
    bool cancels_job() const {
        const sdk::Lock lock(run_.session->home->mutex);
        const bool at_deadline = (run_.request.flags & WFN_CANCEL_JOB_AT_DEADLINE) != 0;
        return (run_.cancel && !collect_only())
               || (at_deadline && !run_.suspend && sdk::Clock::now() >= run_.deadline);
    }

    /* Lets the time pass. True: the run is stopping(). Blocking nodes only; a Poller returns wfn::wait(). */
    bool wait(std::chrono::milliseconds duration) {
        demand_own_thread("Job::wait");
        sdk::Lock lock(run_.session->home->mutex);
        run_.looked = true;
        const sdk::Time until = sdk::after(sdk::Clock::now(), duration.count());
        while (!run_.ended && sdk::why(run_) == sdk::Why::nothing && sdk::Clock::now() < until) {
            sdk::send_progress(run_, lock);
            pause(lock, std::min(until, sdk::progress_due(run_)));
        }
        return run_.ended || sdk::why(run_) != sdk::Why::nothing;
    }

    /*
     * Has the host keep this checkpoint, and waits for its word. False: return stopped(); also, before a
     * submit, when the host did not keep it or the run is only to collect. A job that is already submitted
     * goes on with a warning then. Blocking nodes only; a Poller returns wfn::keep(). Throws std::logic_error
     * for a checkpoint that breaks its contract (see Saved), which ends the run as internal_error.
     *
     * Before a submit that costs money, give one that is WFN_MAYBE_SUBMITTED; once the job has a name, one
     * that is WFN_SUBMITTED; after a submit that certainly made no job, one that is WFN_NOT_SUBMITTED.
     */
    bool checkpoint(Saved checkpoint) {
        demand_own_thread("Job::checkpoint");
        sdk::Lock lock(run_.session->home->mutex);
        if (!sdk::begin_keep(run_, std::move(checkpoint), lock))
            return false;
        while (sdk::is_keeping(run_))
            pause(lock, run_.keep_until);
        sdk::end_keep(run_);
        return !run_.ended && sdk::why(run_) == sdk::Why::nothing;
    }
    bool checkpoint(std::string json, wfn_submission submission = WFN_NOT_SUBMITTED,
                    std::string job_id = {}) {
        return checkpoint(Saved{std::move(json), submission, std::move(job_id)});
    }

    /*
     * How far the run is. Call it as often as is convenient: the host is told 10 times a second at most, the
     * newest of each phase, and each phase. A blocking node may wait a moment for that. A negative fraction
     * or eta is unknown. Throws std::invalid_argument for a phase that node.h does not have.
     */
    void progress(wfn_phase phase, double fraction, std::chrono::milliseconds eta, std::string message) {
        if (phase < WFN_PREPARING || phase > WFN_CANCELLING)
            throw std::invalid_argument("a progress with a phase that does not exist");
        if (run_.request.on_progress == nullptr)
            return;
        sdk::Note note{phase, std::isnan(fraction) ? -1 : std::min(fraction, 1.0),
                       eta.count() < 0 ? -1 : eta.count(), sdk::plain(std::move(message))};
        sdk::Lock lock(run_.session->home->mutex);
        /* One that still waits is out of date, unless it is the first of its phase. */
        if (!run_.pending.empty()
            && (run_.pending.back().phase == phase || run_.pending.front().phase == run_.sent_phase))
            run_.pending.pop_back();
        run_.pending.push_back(std::move(note));
        if (run_.pending.size() > sdk::most_pending_progress)
            run_.pending.pop_front();
        sdk::send_progress(run_, lock);
        while (run_.own_thread && !run_.ended && sdk::why(run_) == sdk::Why::nothing && !run_.pending.empty()
               && run_.pending.front().phase != run_.sent_phase) {
            pause(lock, sdk::progress_due(run_));
            sdk::send_progress(run_, lock);
        }
    }

    /* For wfn_result.warnings_json. Without secrets, like the texts of log. */
    void warn(const std::string& code, const std::string& message) {
        const sdk::Lock lock(run_.session->home->mutex);
        if (!run_.ended)
            sdk::add_warning(run_, code, message);
    }
    /* One line for the host's log. */
    void log(wfn_log_level level, std::string line) const {
        std::replace(line.begin(), line.end(), '\n', ' ');
        sdk::log(run_.session->host, level, sdk::plain(std::move(line)).c_str());
    }

    /*
     * The end of a run that is stopping(): cancelled, suspended, or failed as processing_timeout,
     * checkpoint_not_kept or nothing_to_collect. `newer` is what to go on from, where that is more than the
     * last checkpoint says; a suspended run is worth looking at again after `resume_after`. In a run that was
     * not asked to stop it is a defect: internal_error.
     */
    Ended stopped(std::optional<Saved> newer = std::nullopt,
                  std::optional<std::chrono::milliseconds> resume_after = std::nullopt) const {
        const sdk::Lock lock(run_.session->home->mutex);
        return sdk::stopped(run_, std::move(newer), resume_after);
    }

private:
    void demand_own_thread(const char* what) const {
        if (!run_.own_thread)
            throw std::logic_error(std::string(what) + " in a Poller, which must not block");
    }
    /* Until something of the run changes, at most until then. */
    void pause(sdk::Lock& lock, sdk::Time until) {
        if (!run_.ended)
            run_.changed.wait_until(lock, std::min(until, sdk::stops_at(run_)));
    }

    sdk::Run& run_;
};

} // namespace wfn
