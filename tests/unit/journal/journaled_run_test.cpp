#include "journal/journaled_run.hpp"

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>

namespace durable {
namespace {

namespace fs = std::filesystem;

wfn::Checkpoint naming_job(const std::string& job_id) {
    return {wfn::Submission::yes, "{}", job_id};
}

wfn::Result suspended(const wfn::Checkpoint& checkpoint) {
    wfn::Result result;
    result.outcome = wfn::Outcome::suspended;
    result.checkpoint = checkpoint;
    return result;
}

wfn::Result failed(const std::optional<wfn::Checkpoint>& checkpoint) {
    wfn::Result result;
    result.error.emplace();
    result.checkpoint = checkpoint;
    return result;
}

TEST(RunEnd, ARunIsCollectableOnlyIfItsCheckpointNamesTheJob) {
    EXPECT_TRUE(run_end(suspended(naming_job("j")), "", false).collectable);
    EXPECT_TRUE(run_end(failed(naming_job("j")), "", false).collectable);
    EXPECT_EQ(run_end(failed(naming_job("j")), "", false).job_id, "j");
    // Its job failed, and the checkpoint is there to submit another, whatever its text says.
    for (const auto submission : {wfn::Submission::no, wfn::Submission::maybe}) {
        const wfn::Checkpoint checkpoint{submission, R"({"state":"submitted","job_id":"j"})", ""};
        EXPECT_FALSE(run_end(suspended(checkpoint), "j", true).collectable);
        EXPECT_FALSE(run_end(failed(checkpoint), "j", true).collectable);
    }
    EXPECT_FALSE(run_end(failed(std::nullopt), "j", true).collectable);
    EXPECT_FALSE(run_end(failed(std::nullopt), "", false).job_id);
}

TEST(RunEnd, ARunThatHadNothingToCollectMayGoOnWithItsKey) {
    auto result = failed(wfn::Checkpoint{wfn::Submission::maybe, "{}", ""});
    result.error->code = "nothing_to_collect";
    EXPECT_EQ(run_end(result, "", false).state, RunState::suspended);
    EXPECT_EQ(run_end(result, "", false).checkpoint, "{}");
}

TEST(RunEnd, ALookThatFindsNoJobLeavesAFailedRunFailed) {
    auto result = failed(wfn::Checkpoint{wfn::Submission::maybe, "{}", ""});
    result.error->code = "nothing_to_collect";
    EXPECT_EQ(run_end(result, "", false, RunState::failed).state, RunState::failed);
    EXPECT_EQ(run_end(result, "", false, RunState::failed).checkpoint, "{}");
    EXPECT_EQ(run_end(result, "", false, RunState::interrupted).state, RunState::suspended);
}

TEST(RunEnd, KeepsWhatTheErrorSays) {
    auto result = failed(std::nullopt);
    result.error->json = "{}";
    result.error->job_id = "j";
    result.error->charged = wfn::Charge::yes;
    const RunEnd end = run_end(result, "old", true);
    EXPECT_EQ(end.state, RunState::failed);
    EXPECT_EQ(end.job_id, "j");
    EXPECT_EQ(end.charged, "yes");
    EXPECT_EQ(end.error, "{}");
    EXPECT_EQ(run_end(failed(std::nullopt), "", false).charged, "unknown"); // of a module that does not say
}

TEST(RunEnd, AJobThatSucceededIsPaidFor) {
    wfn::Result result;
    result.outcome = wfn::Outcome::succeeded;
    result.output_json = "{}";
    EXPECT_EQ(run_end(result, "j", true).charged, "yes");
    EXPECT_FALSE(run_end(result, "", false).charged);
    EXPECT_EQ(run_end(result, "j", true).output, "{}");
}

class JournalWriterTest : public testing::Test {
protected:
    JournalWriterTest() {
        std::string name = (fs::temp_directory_path() / "journal_writer_test.XXXXXX").string();
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "runs.journal";
    }
    ~JournalWriterTest() override { fs::remove_all(directory_); }

    static void add(Journal& journal, int number) {
        journal.claim({"k" + std::to_string(number), std::nullopt, "m", "a", "{}"}, Repeat::always);
    }

    fs::path directory_;
    fs::path path_;
};

// Keeps the writer busy, so that what is posted meanwhile comes to it as one group.
class Gate {
public:
    void hold(JournalWriter& writer) {
        writer.post(
            [this](Journal&) {
                reached_.set_value();
                opened_.get_future().wait();
            },
            [](const std::string&) {});
        reached_.get_future().wait();
    }
    void open() { opened_.set_value(); }

private:
    std::promise<void> reached_;
    std::promise<void> opened_;
};

TEST_F(JournalWriterTest, WritesWhatCameMeanwhileTogetherAndInOrder) {
    Gate gate;
    std::vector<int> done;
    {
        JournalWriter writer(Journal(path_, Journal::Access::create));
        gate.hold(writer);
        Journal* seen = nullptr;
        for (int i = 0; i < 100; ++i) {
            writer.post(
                [&, i](Journal& journal) {
                    seen = &journal;
                    add(journal, i);
                },
                [&, i](const std::string& problem) {
                    EXPECT_EQ(problem, "");
                    // One transaction: all are on the disk when the first is reported.
                    EXPECT_EQ(seen->page(0, 1000).size(), 100u);
                    done.push_back(i);
                });
        }
        gate.open();
    }
    ASSERT_EQ(done.size(), 100u);
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
}

TEST_F(JournalWriterTest, OneThatFailsTakesNoOtherWithIt) {
    Gate gate;
    std::atomic<int> kept{0};
    std::string problem;
    {
        JournalWriter writer(Journal(path_, Journal::Access::create));
        gate.hold(writer);
        for (int i = 0; i < 5; ++i) {
            writer.post(
                [i](Journal& journal) {
                    if (i == 2)
                        throw JournalError("no");
                    add(journal, i);
                },
                [&](const std::string& why) {
                    kept += why.empty() ? 1 : 0;
                    problem += why;
                });
        }
        gate.open();
    }
    EXPECT_EQ(kept, 4);
    EXPECT_EQ(problem, "no");
    EXPECT_EQ(Journal(path_, Journal::Access::create).page(0, 10).size(), 4u);
}

TEST_F(JournalWriterTest, CanBeWaitedFor) {
    JournalWriter writer(Journal(path_, Journal::Access::create));
    std::size_t runs = 1;
    writer.do_now([&](Journal& journal) { runs = journal.page(0, 10).size(); });
    EXPECT_EQ(runs, 0u);
    EXPECT_THROW(writer.do_now([](Journal&) { throw JournalError("no"); }), JournalError);
}

// A run of the example module, kept in a journal.
class JournaledRunTest : public JournalWriterTest {
protected:
    Claim claim(JournalWriter& writer, Repeat repeat = Repeat::always) const {
        Claim claimed;
        writer.do_now([&](Journal& journal) {
            claimed = journal.claim({"k", std::nullopt, "example", "slow_echo", input_}, repeat);
        });
        return claimed;
    }

    wfn::Request request() {
        wfn::Request request;
        request.input_json = input_;
        request.connection_json = R"({"api_key":"x"})";
        request.on_progress = [this](const wfn::Progress& progress) {
            submitted_ = submitted_ || progress.phase != wfn::Phase::preparing;
        };
        request.on_complete = [this](const wfn::Result& result) { over_.set_value(result); };
        return request;
    }

    const std::string input_ = R"({"text":"hi","milliseconds":1})";
    wfn::Module module_ = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Node node_ = module_.find("slow_echo").value();
    wfn::Session session_ = wfn::Session::open(module_);
    std::atomic<bool> submitted_{false};
    std::promise<wfn::Result> over_;
};

TEST_F(JournaledRunTest, SubmitsOnlyOnceItsCheckpointIsKept) {
    JournalWriter writer(Journal(path_, Journal::Access::create));
    const Claim claimed = claim(writer);
    std::promise<void> stuck;
    std::promise<void> go;
    JournaledRun journaled(writer, claimed);
    wfn::Request wanted = request();
    std::promise<std::string> tried;
    journaled.attach(wanted, [&](const std::string& problem) { tried.set_value(problem); });
    writer.post(
        [&](Journal&) {
            stuck.set_value();
            go.get_future().wait();
        },
        [](const std::string&) {});
    stuck.get_future().wait(); // from here on the writer has other things to do
    wfn::Run run = session_.start(node_, std::move(wanted));
    journaled.started(run);
    EXPECT_FALSE(run.wait(std::chrono::milliseconds(100)));
    EXPECT_FALSE(submitted_);
    go.set_value();
    EXPECT_EQ(tried.get_future().get(), "");
    EXPECT_TRUE(over_.get_future().get().succeeded());
    EXPECT_TRUE(submitted_);
    EXPECT_EQ(journaled.problem(), "");
    run.wait();
    journaled.detach();
    const Claim again = claim(writer);
    EXPECT_EQ(again.kind, Claim::Kind::finished); // kept before on_complete
    EXPECT_EQ(again.record.charged, "yes");
    EXPECT_EQ(again.record.job_id, "echo-1");
}

TEST_F(JournaledRunTest, ACheckpointThatCannotBeKeptEndsTheRunUnpaid) {
    JournalWriter writer(Journal(path_, Journal::Access::create));
    const Claim claimed = claim(writer);
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database,
                           "CREATE TRIGGER no BEFORE UPDATE OF checkpoint ON run WHEN NEW.state = 'running' "
                           "BEGIN SELECT RAISE(FAIL, 'no'); END",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(database);
    JournaledRun journaled(writer, claimed);
    wfn::Request wanted = request();
    std::promise<std::string> tried;
    journaled.attach(wanted, [&](const std::string& problem) { tried.set_value(problem); });
    wfn::Run run = session_.start(node_, std::move(wanted));
    journaled.started(run);
    EXPECT_NE(tried.get_future().get(), "");
    const wfn::Result result = over_.get_future().get();
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->code, "checkpoint_not_kept");
    EXPECT_FALSE(submitted_);
    run.wait();
    journaled.detach();
    EXPECT_EQ(claim(writer, Repeat::only_collect).kind, Claim::Kind::not_collectable);
}

} // namespace
} // namespace durable
