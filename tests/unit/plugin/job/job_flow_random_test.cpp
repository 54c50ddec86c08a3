// Thousands of runs against an API, a network and a host that do whatever they may do, each run repeated
// as a host would repeat it: nobody pays twice, and nothing that was paid for is lost without a word.
#include "job/flow_story.hpp"
#include "job/model_api.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace job_engine::testing {
namespace {

using State = Checkpoint::State;
using Shape = ModelApi::Shape;

struct Tally {
    int succeeded = 0;
    int suspended = 0;
    int crashed = 0;
    int submission_unknown = 0;
    int looked_for = 0; // looks at a list of jobs
    int handed_over = 0;
    int repeated = 0;
    // From one state of the flow to another, but for the early ends; see docs/architecture.md.
    std::set<std::pair<std::string, std::string>> transitions;
};

// The host's store of one run's checkpoint.
struct Store {
    std::optional<Checkpoint> checkpoint;
    std::optional<Checkpoint> acknowledged; // what the run knows to be kept
};

// The digest of the file in a submit's body, see file_at and file_in_submit; empty: it has none.
std::string file_in(const std::string& body) {
    for (const std::string before : {"https://files.example/", "base64,"})
        if (const auto at = body.find(before); at != std::string::npos)
            return body.substr(at + before.size(), 64);
    return {};
}

class Chain {
public:
    Chain(std::uint64_t seed, bool has_file, Tally& tally)
        : dice_(seed), shape_(dice_.pick({Shape::queue, Shape::listing, Shape::built_in, Shape::built_in})),
          honours_keys_(shape_ == Shape::built_in && dice_.percent(65)), keeps_(dice_.percent(75)),
          has_all_(keeps_ && dice_.percent(30)), has_file_(has_file), receiver_is_busy_(seed % 50 == 7),
          is_uploaded_(has_file && dice_.percent(50)), api_(dice_, honours_keys_, shape_),
          world_(std::make_shared<World>()), tally_(tally) {}

    void play() {
        for (int attempt = 0; attempt < 8; ++attempt) {
            facts_ = facts();
            FlowStory run(facts_, world_);
            store_.acknowledged = store_.checkpoint;
            if (!drive(run)) {
                ++tally_.crashed;
                continue; // the host starts again, with what it kept
            }
            check_end(run);
            poke_after_the_end(run);
            store_.checkpoint = run.outcome().checkpoint;
            if (::testing::Test::HasFailure() || !is_repeated(run.outcome()))
                return;
            ++tally_.repeated;
        }
    }

private:
    Facts facts() {
        Facts facts;
        facts.connection = shape_ == Shape::queue     ? queue_binding()
                           : shape_ == Shape::listing ? listing_connection()
                           : honours_keys_            ? R"("idempotent_submit": true)"
                                                      : R"("idempotent_submit": false)";
        if (has_all_ || dice_.percent(30))
            facts.connection += R"(, "max_running": 1)";
        if (has_all_ || dice_.percent(20))
            facts.connection += R"(, "check_image": true)";
        if (shape_ == Shape::built_in && dice_.percent(20)) // a mistake, which the next attempt may not make
            facts.connection += ", " + binding_with({{"reply", "id", R"(["/name"])"}});
        facts.checkpoint = store_.checkpoint;
        facts.keeps_checkpoints = keeps_;
        facts.timeout = dice_.pick<Millis>({2s, 20s, 60s, 15min});
        if (dice_.percent(25))
            facts.suspend_after = dice_.pick<Millis>({0s, 1s, 10s});
        facts.cancel_job_at_deadline = dice_.percent(30);
        if (!has_all_ && dice_.percent(5))
            facts.purpose = Purpose::collect_job;
        facts.jitter_seed = static_cast<std::uint64_t>(dice_.roll(1 << 20));
        if (!has_file_)
            return facts;
        facts.input = input_with_file();
        if (dice_.percent(10))
            file_ = "picture " + std::to_string(dice_.roll(1000)); // behind the same name
        return facts;
    }

    // An attempt by an older description sends no marker, and one with another header may see another list.
    std::string listing_connection() {
        if (dice_.percent(10))
            return R"("idempotent_submit": false)";
        auto connection = listing_binding();
        if (dice_.percent(10))
            connection.insert(connection.find(R"("submit":)"), R"("headers": {"X-Team": "b"}, )");
        return connection;
    }

    // Plays one attempt to its end; false when its process dies before.
    bool drive(FlowStory& run) {
        const auto deadline = world_->now + facts_.timeout;
        ends_early_ = false;
        run.start();
        note_transition(run, "start", false);
        int sends = 0;
        for (int steps = 0; !run.over(); ++steps) {
            if (steps > 5000) {
                ADD_FAILURE() << "the run does not come to an end";
                return true;
            }
            if (run.sends() != sends) {
                sends = run.sends();
                EXPECT_FALSE(facts_.purpose != Purpose::make_job && run.state() == "submitting");
                tally_.looked_for += run.state() == "finding" ? 1 : 0;
                check_send(run);
            }
            let_time_pass(run);
            if (keeps_ && dice_.percent(1))
                return false;
            const auto before = run.state();
            next_event(run);
            ends_early_ = ends_early_ || world_->now >= deadline;
            note_transition(run, before, run.sends() != sends);
        }
        return true;
    }

    void note_transition(const FlowStory& run, const std::string& before, bool has_sent) {
        const bool is_early_end = run.over() && before != "cancelling"
                                  && (ends_early_ || run.outcome().kind == Outcome::Kind::suspended);
        if (has_all_ && !is_early_end && (before != run.state() || has_sent))
            tally_.transitions.emplace(before, run.state());
    }

    void next_event(FlowStory& run) {
        if (dice_.percent(1))
            end_early([&] { run.cancel(); });
        else if (dice_.percent(1))
            end_early([&] { run.suspend(); });
        else if (dice_.percent(2))
            run.timer(); // early, or late
        else if (dice_.percent(1) && !run.waiting_for_slot() && !run.saving())
            dice_.percent(50) ? run.slot() : run.kept(); // nobody waits for it
        else if (run.sending())
            end_request(run);
        else if (run.saving())
            answer_checkpoint(run);
        else if (run.state() == "checking_image" && dice_.percent(90))
            run.image_checked(dice_.percent(80)
                                  ? MediaVerdict(MediaUsable{})
                                  : MediaVerdict(make_error(ErrorCode::media_too_large, "It is too large.")));
        else if (run.waiting_for_slot() && dice_.percent(90))
            run.slot();
        else if (run.handing_over() && dice_.percent(90))
            hand_over(run);
        else
            wake(run);
    }

    template <class End>
    void end_early(End end) {
        ends_early_ = true;
        end();
    }

    void end_request(FlowStory& run) {
        if (run.abort_asked() && dice_.percent(80))
            api_.give_up(run);
        else if (dice_.percent(90) || run.wake_at() == TimePoint::max())
            api_.answer(run);
        else
            wake(run);
    }

    void hand_over(FlowStory& run) {
        const auto kept = run.file_asked().kept;
        if (kept && kept->is_within_reach())
            return run.file(FileForSubmit{kept->url, *kept});
        ++tally_.handed_over;
        if (std::exchange(receiver_is_busy_, false)) {
            auto busy = make_error(ErrorCode::rate_limited, "The storage is busy.");
            busy.http_status = 429;
            busy.retryable = true;
            busy.retry_after_ms = 5'000;
            return run.file(std::move(busy));
        }
        if (dice_.percent(5))
            run.file(make_error(ErrorCode::file_not_given, "There is no such file."));
        else if (is_uploaded_) // each time to another place
            run.file(
                file_at("https://files.example/" + sha256_hex(file_) + "/" + std::to_string(dice_.roll(1000)),
                        file_));
        else
            run.file(file_in_submit(file_));
    }

    void answer_checkpoint(FlowStory& run) {
        const auto given = run.saved();
        if (dice_.percent(90)) {
            store_.checkpoint = given;
            store_.acknowledged = given;
            run.kept();
            return;
        }
        if (dice_.percent(50))
            store_.checkpoint = given; // kept, but the word of it is lost or late
        dice_.percent(50) ? run.not_kept() : wake(run);
    }

    void let_time_pass(const FlowStory& run) {
        const Millis time(dice_.roll(1500));
        if (world_->now + time < run.wake_at())
            world_->now += time;
    }

    // A timer that is due must lead on within a few steps.
    void wake(FlowStory& run) {
        run.wake();
        for (int again = 0; run.last_was_continue() && run.wake_at() <= run.now(); ++again) {
            if (again == 3) {
                ADD_FAILURE() << "the timer spins";
                return;
            }
            run.wake();
        }
    }

    // A service may answer a key with the job that it made for it before: that must be one of this file.
    void check_file(const FlowStory& run) {
        const auto file = file_in(run.request().body);
        ASSERT_NE(file.empty(), has_file_) << run.request().body;
        if (!has_file_ || shape_ == Shape::queue)
            return;
        const auto known = files_of_keys_.emplace(run.key(), file).first;
        EXPECT_EQ(known->second, file) << "one key with two files";
    }

    void check_send(const FlowStory& run) {
        if (!run.sending() || run.request().method != "POST")
            return;
        check_file(run);
        if (!keeps_)
            return;
        ASSERT_TRUE(store_.acknowledged) << "a submit before anything was kept";
        const auto kept = store_.acknowledged->state;
        EXPECT_TRUE(kept == State::intent || (kept == State::answered && honours_keys_))
            << "a submit without an intent";
        EXPECT_NE(store_.acknowledged->file.empty(), has_file_) << "and what it keeps of a file";
        if (shape_ != Shape::queue) {
            EXPECT_EQ(store_.acknowledged->key, run.key());
        }
    }

    void check_end(const FlowStory& run) {
        const auto& outcome = run.outcome();
        EXPECT_EQ(api_.jobs_paid_twice(), 0);
        tally_.succeeded += outcome.kind == Outcome::Kind::succeeded ? 1 : 0;
        tally_.suspended += outcome.kind == Outcome::Kind::suspended ? 1 : 0;
        const bool has_error =
            outcome.kind == Outcome::Kind::failed || outcome.kind == Outcome::Kind::cancelled;
        if (has_error && outcome.error.code == ErrorCode::submission_unknown)
            ++tally_.submission_unknown;
        if (outcome.kind == Outcome::Kind::succeeded)
            return;
        if (const auto* job = api_.billable(); job != nullptr) {
            EXPECT_TRUE(names(outcome.checkpoint, *job)
                        || (has_error && outcome.error.charged != Charged::no))
                << job->id << " is lost without a word: " << outcome.error.message;
        }
        if (has_error && outcome.error.retryable && !outcome.checkpoint) {
            EXPECT_EQ(outcome.error.charged, Charged::no) << "a retry from nothing would pay twice";
        }
        if (outcome.kind == Outcome::Kind::suspended) {
            EXPECT_TRUE(outcome.checkpoint);
        }
    }

    bool names(const std::optional<Checkpoint>& checkpoint, const ModelApi::RemoteJob& job) const {
        if (!checkpoint)
            return false;
        if (checkpoint->state == State::answered)
            return checkpoint->reply.view().find(job.id) != std::string_view::npos;
        return checkpoint->state == State::submitted
                   ? checkpoint->job.id == job.id
                   : checkpoint->state == State::intent
                         && (shape_ == Shape::queue || checkpoint->key == job.key);
    }

    static void poke_after_the_end(FlowStory& run) {
        EXPECT_EQ(run.wake_at(), TimePoint::max());
        run.timer();
        run.cancel();
        run.suspend();
        run.kept();
        run.not_kept();
        run.slot();
        EXPECT_TRUE(run.last_was_continue());
    }

    // As a host does: from a checkpoint always, from nothing only when the error says that it may.
    static bool is_repeated(const Outcome& outcome) {
        if (outcome.kind == Outcome::Kind::succeeded)
            return false;
        return outcome.checkpoint || (outcome.kind == Outcome::Kind::failed && outcome.error.retryable);
    }

    Dice dice_;
    ModelApi::Shape shape_;
    bool honours_keys_;
    bool keeps_;
    bool has_all_; // that a run may wait for
    bool has_file_;
    bool receiver_is_busy_; // once
    bool is_uploaded_;
    std::string file_ = "picture"; // of the host's, now
    std::map<std::string, std::string> files_of_keys_;
    ModelApi api_;
    std::shared_ptr<World> world_;
    Tally& tally_;
    Store store_;
    Facts facts_;
    bool ends_early_ = false; // the host, or the deadline, has ended the run
};

// The transitions in the diagram.
std::set<std::pair<std::string, std::string>> documented_transitions() {
    std::ifstream file(ARCHITECTURE_PAGE);
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const auto begin = page.find("stateDiagram-v2");
    const auto diagram = page.substr(begin, page.find("```", begin) - begin);
    const std::regex arrow(R"((\S+) --> (\w+))");
    std::set<std::pair<std::string, std::string>> transitions;
    for (std::sregex_iterator at(diagram.begin(), diagram.end(), arrow), end; at != end; ++at)
        transitions.emplace((*at)[1] == "[*]" ? "start" : (*at)[1].str(), (*at)[2]);
    return transitions;
}

std::string listed(const std::set<std::pair<std::string, std::string>>& transitions) {
    std::string lines;
    for (const auto& [from, to] : transitions)
        lines += "    " + from + " --> " + to + "\n";
    return lines;
}

TEST(JobFlowRandom, NobodyPaysTwiceAndNothingPaidIsLostWithoutAWord) {
    Tally tally;
    constexpr std::uint64_t chains = 6000;
    constexpr std::uint64_t chains_with_file = 3000;
    for (std::uint64_t seed = 1; seed <= chains + chains_with_file; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chain(seed, seed > chains, tally).play();
        if (HasFailure())
            return;
    }
    // That the test has seen what it is about.
    EXPECT_GT(tally.succeeded, 1000);
    EXPECT_GT(tally.suspended, 300);
    EXPECT_GT(tally.crashed, 300);
    EXPECT_GT(tally.submission_unknown, 300);
    EXPECT_GT(tally.looked_for, 1000);
    EXPECT_GT(tally.repeated, 1000);
    EXPECT_GT(tally.handed_over, 1000);
    // The page shows what the flow does.
    EXPECT_EQ(listed(tally.transitions), listed(documented_transitions()));
}

} // namespace
} // namespace job_engine::testing
