/*
 * workflow_node/module/runner.hpp: the threads of a session: those of blocking runs, and the clock, which
 * gives each Poller its turns and ends what does not end by itself. Internal to module.hpp.
 */
#pragma once

#include <workflow_node/module/job.hpp>
#include <workflow_node/module/schema.hpp>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

struct Unlocked {
    explicit Unlocked(Lock& held) : lock(held) { lock.unlock(); }
    ~Unlocked() { lock.lock(); }
    Unlocked(const Unlocked&) = delete;
    Unlocked& operator=(const Unlocked&) = delete;
    Lock& lock;
};

inline Ended invalid(const char* code, const char* message, std::vector<Problem> problems) {
    constexpr std::size_t most_problems = 20, most_text = 4096;
    Ended end = failed(code, message);
    for (Problem& problem : problems) {
        if (end.details.size() == most_problems || end.message.size() > most_text)
            break;
        end.message += (end.details.empty() ? ": " : "; ") + problem.path
                       + (problem.path.empty() ? "it " : " ") + problem.message;
        end.details.push_back(std::move(problem));
    }
    if (end.details.size() < problems.size())
        end.message +=
            "; and " + decimal(static_cast<std::int64_t>(problems.size() - end.details.size())) + " more";
    return end;
}

/* Reads the checkpoint that the run was given. Without the mutex, like the functions after it. */
inline std::optional<Ended> read_checkpoint(Run& run) {
    if (!run.has_checkpoint)
        return std::nullopt;
    Saved saved = run.given;
    if (!run.type->info.can_resume || saved.json.size() > WFN_MAX_CHECKPOINT_BYTES || !Json::parse(saved.json)
        || !run.type->read_checkpoint(saved))
        return invalid("invalid_input", "The checkpoint is none that this node can go on from", {});
    const Lock lock(run.session->home->mutex);
    run.given = saved;
    run.may_be_charged = saved.submission != WFN_NOT_SUBMITTED;
    run.latest = std::move(saved);
    return std::nullopt;
}

inline std::optional<Ended> check_connection(const Run& run) {
    const auto& info = run.type->info.connection;
    const bool asked = (run.request.flags & WFN_CHECK_CONNECTION) != 0;
    if (!info || (!run.has_connection && !info->required && !asked))
        return std::nullopt;
    if (!run.has_connection)
        return invalid("invalid_connection", "The node needs a connection, and none was given", {});
    const Json connection = Json::parse(run.connection);
    auto problems = problems_in(connection, info->schema_json);
    if (problems.empty())
        problems = run.type->check_connection(connection);
    if (problems.empty())
        return std::nullopt;
    return invalid("invalid_connection", "The connection is not valid", std::move(problems));
}

inline std::optional<Ended> check_input(const Run& run) {
    if (!run.has_input)
        return std::nullopt;
    if (run.input.size() > WFN_MAX_INPUT_BYTES)
        return invalid("invalid_input", "The input is longer than 1 MiB", {});
    const Json input = Json::parse(run.input);
    auto problems = problems_in(input, run.type->info.input_schema_json);
    if (problems.empty())
        problems = run.type->check(input);
    if (problems.empty())
        return std::nullopt;
    return invalid("invalid_input", "The input is not valid", std::move(problems));
}

/* All that comes before the node's own code; an end where none of that is needed. */
inline std::optional<Ended> prepare(Run& run) {
    if (auto end = read_checkpoint(run))
        return end;
    if (auto end = check_connection(run))
        return end;
    if (auto end = check_input(run))
        return end;
    const std::uint32_t flags = run.request.flags;
    if ((flags & WFN_COLLECT_ONLY) != 0 && run.given.submission != WFN_SUBMITTED)
        return failed("nothing_to_collect",
                      "There is no checkpoint that names a job, and the run was only to "
                      "collect one");
    if ((flags & WFN_CHECK_CONNECTION) != 0 && run.type->tests_connection)
        return std::nullopt;
    if ((flags & WFN_CHECK_CONNECTION) != 0) {
        const Lock lock(run.session->home->mutex);
        add_warning(run, "connection_not_tested", "The node has no way to ask its service");
    }
    if ((flags & WFN_VALIDATE_ONLY) != 0)
        return succeeded({});
    if ((flags & WFN_DRY_RUN) != 0 && !run.type->has_dry_run)
        return succeeded(R"({"requests":[]})"); /* execute lets only nodes without a service come here */
    if ((flags & WFN_DRY_RUN) == 0 && run.type->info.connection && !run.type->info.can_resume) {
        const Lock lock(run.session->home->mutex);
        run.may_be_charged = true; /* it has no checkpoints, which would say when */
    }
    return std::nullopt;
}

inline Ended work(Run& run, Job& job) {
    if (auto end = prepare(run))
        return std::move(*end);
    run.body = run.type->make();
    if ((run.request.flags & WFN_CHECK_CONNECTION) != 0)
        return run.body->test_connection(job);
    return (run.request.flags & WFN_DRY_RUN) != 0 ? run.body->dry_run(job) : run.body->run(job);
}

inline void run_thread(const std::shared_ptr<Run>& run) noexcept {
    State& s = *run->session->home;
    const Inside mark(s);
    Lock lock(s.mutex); /* until execute has set *run */
    lock.unlock();
    Job job(*run);
    auto end = end_of(*run, [&]() -> std::optional<Ended> { return work(*run, job); });
    run->body.reset();
    lock.lock();
    run->wipe();
    Session& session = *run->session;
    finish(*run, end ? std::move(*end) : Ended(), lock);
    session.ended_threads.splice(session.ended_threads.end(), session.threads, run->thread);
    session.tick.notify_all();
}

/* One turn of a Poller; std::nullopt: the run goes on. */
inline std::optional<Ended> take_turn(Run& run, Lock& lock) {
    send_progress(run, lock);
    if (run.keeping) {
        if (is_keeping(run))
            return std::nullopt;
        run.keeping = false;
        run.wake_at = at_once;
        end_keep(run);
    }
    const bool stops = why(run) != Why::nothing;
    if (Clock::now() < run.wake_at && (!stops || run.told))
        return std::nullopt;
    run.told = stops && run.body != nullptr; /* start() need not look */
    Step step{Ended()};
    {
        const Unlocked unlocked(lock);
        Job job(run);
        if (run.body == nullptr) {
            if (auto end = prepare(run))
                return end;
            run.body = run.type->make();
            step = run.body->start(job);
        } else {
            step = run.body->wake(job);
        }
    }
    run.looked = true;
    if (step.kind == Step::Kind::end)
        return std::move(step.ended);
    run.wake_at = after(Clock::now(), step.duration.count());
    if (step.kind == Step::Kind::keep) {
        run.keeping = begin_keep(run, std::move(step.saved), lock);
        run.told = run.told && run.keeping; /* so that wake hears why it was not kept */
    }
    return std::nullopt;
}

/* The clock looks at a run whose time has come. */
inline void look_at(Run& run, Lock& lock) noexcept {
    const auto alive = run.weak_from_this().lock();
    const bool gives_up = Clock::now() >= gives_up_at(run);
    std::optional<Ended> end;
    if (gives_up && !run.calling)
        end = end_of(run, [&]() -> std::optional<Ended> { return stopped(run, std::nullopt, std::nullopt); });
    else if (!run.own_thread)
        end = end_of(run, [&] { return take_turn(run, lock); });
    if (!end) {
        changed(run);
        return;
    }
    if (!run.own_thread) {
        const Unlocked unlocked(lock);
        run.body.reset();
        run.wipe();
    }
    const wfn_host host = run.session->host;
    finish(run, std::move(*end), lock);
    if (gives_up) {
        const Unlocked unlocked(lock);
        log(host, WFN_LOG_WARNING, "A node's code did not end in time, and its run was ended without it");
    }
}

inline void join_ended(Session& session, Lock& lock) noexcept {
    std::list<std::thread> ended;
    ended.swap(session.ended_threads);
    const Unlocked unlocked(lock);
    for (std::thread& thread : ended)
        thread.join();
    ended.clear();
}

inline void clock_thread(Session& session) noexcept {
    State& s = *session.home;
    const Inside mark(s);
    Lock lock(s.mutex);
    bool said = false;
    while (!session.closing || session.live > 0 || !session.threads.empty()
           || !session.ended_threads.empty()) {
        if (!session.ended_threads.empty()) {
            join_ended(session, lock);
        } else if (session.agenda.empty()) {
            if (!session.closing || said) {
                session.tick.wait(lock);
            } else if (session.tick.wait_for(lock, std::chrono::seconds(1)) == std::cv_status::timeout) {
                said = true;
                const Unlocked unlocked(lock);
                log(session.host, WFN_LOG_WARNING, "close waits for a node's code that does not return");
            }
        } else if (const Time next = session.agenda.begin()->first; next > Clock::now()) {
            session.tick.wait_until(lock, next);
        } else {
            look_at(*session.agenda.begin()->second, lock);
        }
    }
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
