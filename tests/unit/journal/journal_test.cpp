#include "journal/journal.hpp"

#include <gtest/gtest.h>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace durable {
namespace {

namespace fs = std::filesystem;

wfn::Checkpoint without_job(std::string json) {
    wfn::Checkpoint checkpoint;
    checkpoint.submission = wfn::Submission::no;
    checkpoint.json = std::move(json);
    return checkpoint;
}

wfn::Checkpoint of_job(const std::string& job_id) {
    return {wfn::Submission::yes, R"({"job_id":")" + job_id + "\"}", job_id};
}

class JournalTest : public testing::Test {
protected:
    JournalTest() {
        std::string name = (fs::temp_directory_path() / "journal_test.XXXXXX").string();
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "runs.journal";
    }
    ~JournalTest() override { fs::remove_all(directory_); }

    Journal open() const { return Journal(path_, Journal::Access::create); }

    static RunSpec spec(const std::string& key, const std::string& input = R"({"text":"hi"})") {
        return {key, std::nullopt, "example", "slow_echo", input};
    }

    static Claim claim(Journal& journal, const RunSpec& wanted, Repeat repeat = Repeat::always) {
        Claim claim;
        journal.transact([&] { claim = journal.claim(wanted, repeat); });
        return claim;
    }

    static void finish(Journal& journal, const std::string& key, const RunEnd& end) {
        journal.transact([&] { journal.finish(key, end); });
    }

    static RunEnd ended(RunState state) {
        RunEnd end;
        end.state = state;
        return end;
    }

    // What opening it says.
    std::string problem(Journal::Access access = Journal::Access::create) const {
        try {
            const Journal journal(path_, access);
        } catch (const JournalError& error) {
            return error.what();
        }
        return "";
    }

    void execute(const char* sql) const {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database);
        sqlite3_close(database);
    }

    fs::path directory_;
    fs::path path_;
};

TEST_F(JournalTest, KeepsARunAcrossProcesses) {
    {
        Journal journal = open();
        EXPECT_EQ(claim(journal, spec("a")).kind, Claim::Kind::fresh);
        journal.transact([&] {
            journal.save_job("a", "job-1");
            journal.save_checkpoint("a", of_job("job-1"));
        });
        const auto run = journal.find("a");
        ASSERT_TRUE(run);
        EXPECT_EQ(run->state, RunState::running);
        EXPECT_EQ(run->owner_pid, getpid());
    }
    Journal journal = open(); // the owner's lock is gone with the first one
    const auto run = journal.find("a");
    ASSERT_TRUE(run);
    EXPECT_EQ(run->state, RunState::interrupted);
    EXPECT_FALSE(run->is_owned());
    EXPECT_EQ(run->job_id, "job-1");
    const Claim again = claim(journal, spec("a"));
    EXPECT_EQ(again.kind, Claim::Kind::resumed);
    EXPECT_EQ(again.record.checkpoint, "{\"job_id\":\"job-1\"}");
    EXPECT_TRUE(again.record.collectable);
    RunEnd end = ended(RunState::succeeded);
    end.output = "{\"echo\":1}";
    finish(journal, "a", end);
    const Claim over = claim(journal, spec("a"));
    EXPECT_EQ(over.kind, Claim::Kind::finished);
    EXPECT_EQ(over.record.output, "{\"echo\":1}");
    EXPECT_FALSE(over.record.checkpoint);
    EXPECT_EQ(over.record.job_id, "job-1");
    EXPECT_FALSE(journal.find("b"));
}

TEST_F(JournalTest, IsReadableByItsOwnerOnly) {
    Journal journal = open();
    claim(journal, spec("a"));
    for (const auto& file : fs::directory_iterator(directory_)) {
        EXPECT_EQ(file.status().permissions() & fs::perms::all,
                  fs::perms::owner_read | fs::perms::owner_write)
            << file.path();
    }
}

TEST_F(JournalTest, ARunBelongsToOneProcessAtATime) {
    Journal first = open();
    Journal second = open();
    EXPECT_EQ(claim(first, spec("a")).kind, Claim::Kind::fresh);
    EXPECT_EQ(claim(second, spec("a")).kind, Claim::Kind::busy);
    EXPECT_EQ(claim(first, spec("a")).kind, Claim::Kind::busy); // nor twice in one process
    finish(first, "a", ended(RunState::suspended));
    EXPECT_EQ(claim(second, spec("a")).kind, Claim::Kind::resumed);
}

TEST_F(JournalTest, AKeyIsForOneInputAndNode) {
    Journal journal = open();
    claim(journal, spec("a", R"({"x":1,"y":[{"b":1,"a":2}]})"));
    finish(journal, "a", ended(RunState::suspended));
    const Claim other = claim(journal, spec("a", R"({"x":2})"));
    EXPECT_EQ(other.kind, Claim::Kind::conflict);
    EXPECT_EQ(other.conflict, "another input");
    RunSpec other_node = spec("a", R"({"x":1,"y":[{"b":1,"a":2}]})");
    other_node.action = "echo";
    EXPECT_EQ(claim(journal, other_node).kind, Claim::Kind::conflict);
    // Spaces and the order of members are no difference.
    EXPECT_EQ(claim(journal, spec("a", R"({ "y": [{"a":2,"b":1}], "x": 1 })")).kind, Claim::Kind::resumed);
}

TEST_F(JournalTest, WhatMayHaveBeenBilledIsNotRepeatedByItself) {
    Journal journal = open();
    const auto after_failure = [&](const char* charged, bool retryable, bool collectable) {
        const std::string key = std::string(charged) + (retryable ? "r" : "") + (collectable ? "c" : "");
        claim(journal, spec(key));
        RunEnd end = ended(RunState::failed);
        end.charged = charged;
        end.retryable = retryable;
        end.collectable = collectable;
        if (collectable)
            end.checkpoint = R"({"job_id":"j"})";
        end.error = "{}";
        finish(journal, key, end);
        const auto kind = claim(journal, spec(key), Repeat::unless_billed).kind;
        EXPECT_TRUE(kind == Claim::Kind::finished || kind == Claim::Kind::resumed);
        return kind == Claim::Kind::resumed;
    };
    EXPECT_TRUE(after_failure("no", false, false));
    EXPECT_TRUE(after_failure("unknown", true, false));
    EXPECT_TRUE(after_failure("yes", false, true));
    EXPECT_FALSE(after_failure("yes", false, false));
    EXPECT_FALSE(after_failure("unknown", false, false));
    EXPECT_EQ(claim(journal, spec("yes")).kind, Claim::Kind::resumed); // asked for by name
}

TEST_F(JournalTest, OnlyACheckpointThatKnowsItsJobIsCollected) {
    Journal journal = open();
    claim(journal, spec("a"));
    journal.transact([&] { journal.save_checkpoint("a", without_job("{}")); });
    finish(journal, "a", ended(RunState::suspended));
    EXPECT_EQ(claim(journal, spec("a"), Repeat::only_collect).kind, Claim::Kind::not_collectable);
    EXPECT_EQ(journal.find("a")->state, RunState::suspended); // as before
    claim(journal, spec("a"));
    RunEnd end = ended(RunState::suspended);
    end.checkpoint = "{}";
    end.job_id = "j";
    end.collectable = true;
    finish(journal, "a", end);
    const auto collecting = claim(journal, spec("a"), Repeat::only_collect);
    EXPECT_EQ(collecting.kind, Claim::Kind::resumed);
    EXPECT_TRUE(collecting.collect_only); // and so the module submits nothing, whatever the checkpoint says
    finish(journal, "a", end);
    EXPECT_FALSE(claim(journal, spec("a")).collect_only);
}

// The module may have kept an answer that it can read now; it submits nothing to find out.
TEST_F(JournalTest, AFailureThatLeftOpenWhetherThereIsAJobMayBeCollected) {
    Journal journal = open();
    for (const char* charged : {"unknown", "no"}) {
        claim(journal, spec(charged));
        RunEnd end = ended(RunState::failed);
        end.charged = charged;
        end.checkpoint = "{}";
        finish(journal, charged, end);
    }
    { // its process dies, perhaps during the submit
        Journal dying = open();
        claim(dying, spec("dead"));
        dying.transact([&] { dying.save_checkpoint("dead", without_job("{}")); });
    }
    EXPECT_EQ(claim(journal, spec("dead"), Repeat::only_collect).kind, Claim::Kind::resumed);
    const auto collecting = claim(journal, spec("unknown"), Repeat::only_collect);
    EXPECT_EQ(collecting.kind, Claim::Kind::resumed);
    EXPECT_TRUE(collecting.collect_only);
    EXPECT_EQ(claim(journal, spec("no"), Repeat::only_collect).kind, Claim::Kind::resumed);
}

TEST_F(JournalTest, ACheckpointTellsItsJob) {
    Journal journal = open();
    claim(journal, spec("a"));
    journal.transact([&] {
        journal.save_checkpoint("a", without_job(R"({"state":"prepared","key":"j"})"));
        journal.save_job("a", "j");
    });
    EXPECT_FALSE(journal.find("a")->collectable);
    journal.transact([&] { journal.save_checkpoint("a", of_job("j-2")); });
    EXPECT_TRUE(journal.find("a")->collectable);
    EXPECT_EQ(journal.find("a")->job_id, "j-2");
    journal.transact([&] { journal.save_checkpoint("a", without_job("{}")); });
    EXPECT_FALSE(journal.find("a")->collectable);
}

TEST_F(JournalTest, NamesTheRunsOfABatch) {
    Journal journal = open();
    for (const char* key : {"a", "b", "c"}) {
        RunSpec one = spec(key);
        one.batch = *key == 'c' ? "other" : "batch";
        claim(journal, one);
    }
    std::vector<std::string> keys;
    journal.for_each_key("batch", [&](const std::string& key) { keys.push_back(key); });
    EXPECT_EQ(keys, (std::vector<std::string>{"a", "b"}));
}

TEST_F(JournalTest, FindsTheRunToGoOnWith) {
    Journal journal = open();
    const auto unfinished = [&] {
        return journal.find_unfinished("example", "slow_echo", "{ \"text\": \"hi\" }");
    };
    EXPECT_FALSE(unfinished());
    claim(journal, spec("a"));
    EXPECT_FALSE(unfinished()); // it is being run
    finish(journal, "a", ended(RunState::suspended));
    EXPECT_EQ(unfinished(), "a");
    EXPECT_FALSE(journal.find_unfinished("example", "echo", "{\"text\":\"hi\"}"));
    EXPECT_FALSE(journal.find_unfinished("example", "slow_echo", "{\"text\":\"ho\"}"));
    claim(journal, spec("a"));
    finish(journal, "a", ended(RunState::failed));
    EXPECT_FALSE(unfinished()); // there is nothing to resume from
    claim(journal, spec("a"));
    RunEnd deadline = ended(RunState::failed);
    deadline.checkpoint = R"({"job_id":"j"})";
    deadline.collectable = true;
    finish(journal, "a", deadline);
    EXPECT_EQ(unfinished(), "a");
    claim(journal, spec("a"));
    finish(journal, "a", ended(RunState::succeeded));
    EXPECT_FALSE(unfinished());
    RunSpec of_batch = spec("b");
    of_batch.batch = "batch";
    claim(journal, of_batch);
    finish(journal, "b", ended(RunState::suspended));
    EXPECT_FALSE(unfinished());
    EXPECT_EQ(journal.count_batch("batch"), 1);
    EXPECT_EQ(journal.count_batch("other"), 0);
}

TEST_F(JournalTest, IsListedInPages) {
    Journal journal = open();
    for (int i = 0; i < 5; ++i)
        claim(journal, spec("k" + std::to_string(i)));
    journal.transact([&] {
        for (int i = 0; i < 12; ++i) {
            journal.claim(spec("j" + std::to_string(i)), Repeat::always);
            journal.save_job("j" + std::to_string(i), "job");
        }
    });
    const auto first = journal.page(0, 3);
    ASSERT_EQ(first.size(), 3u);
    EXPECT_EQ(first[0].run_key, "k0");
    EXPECT_EQ(journal.page(first.back().position, 1).at(0).run_key, "k3");
    EXPECT_TRUE(journal.page(1000, 3).empty());
    EXPECT_EQ(journal.find_by_job("job").size(), 10u);
    EXPECT_TRUE(journal.find_by_job("jobs").empty());
}

TEST_F(JournalTest, CountsByDayAndModelWhatWasCharged) {
    Journal journal = open();
    const auto add = [&](const std::string& key, const std::string& input, RunState state,
                         std::optional<std::string> charged, std::optional<std::string> job) {
        claim(journal, spec(key, input));
        RunEnd end = ended(state);
        end.charged = std::move(charged);
        end.job_id = std::move(job);
        finish(journal, key, end);
    };
    EXPECT_TRUE(journal.totals().empty());
    add("a", R"({"model":"M"})", RunState::succeeded, "yes", "job-1");
    add("b", R"({"model":"M"})", RunState::failed, "no", std::nullopt);
    add("c", R"({"model":"M"})", RunState::failed, "unknown", "job-2");
    add("d", R"({"model":"M"})", RunState::suspended, std::nullopt, "job-3"); // which may be billed yet
    add("e", R"({"model":"M"})", RunState::succeeded, std::nullopt, std::nullopt);
    add("f", R"({"model":7})", RunState::succeeded, "yes", "job-4");
    add("g", "no JSON", RunState::failed, "no", std::nullopt);
    const std::vector<RunTotals> totals = journal.totals();
    ASSERT_EQ(totals.size(), 2u);
    EXPECT_EQ(totals[0].model, "M");
    EXPECT_EQ(totals[0].day.size(), 10u);
    EXPECT_EQ(totals[0].runs, 5);
    EXPECT_EQ(totals[0].charged, 1);
    EXPECT_EQ(totals[0].charge_unknown, 2);
    EXPECT_EQ(totals[0].not_charged, 1);
    EXPECT_EQ(totals[0].nothing_known(), 1);
    EXPECT_EQ(totals[1].model, "slow_echo");
    EXPECT_EQ(totals[1].runs, 2);
}

TEST_F(JournalTest, AFailedTransactionLeavesNothing) {
    Journal journal = open();
    EXPECT_THROW(journal.transact([&] {
        journal.claim(spec("a"), Repeat::always);
        throw JournalError("stop");
    }),
                 JournalError);
    EXPECT_FALSE(journal.find("a"));
    EXPECT_EQ(claim(journal, spec("a")).kind, Claim::Kind::fresh);
}

TEST_F(JournalTest, RefusesANewerSchemaAndForeignFiles) {
    EXPECT_NE(problem(Journal::Access::existing).find("there is no journal"), std::string::npos);
    fs::create_directory(path_);
    EXPECT_NE(problem().find("Is a directory"), std::string::npos) << problem();
    fs::remove(path_);
    std::ofstream(path_) << "not a database, and long enough to be looked at as one: "
                         << std::string(200, 'x');
    EXPECT_NE(problem().find("is not a journal"), std::string::npos) << problem();
    fs::remove(path_);
    execute("CREATE TABLE other (x)");
    EXPECT_NE(problem().find("another program"), std::string::npos) << problem();
    fs::remove(path_);
    open();
    EXPECT_EQ(problem(), "");
    execute("PRAGMA user_version = 2");
    EXPECT_NE(problem().find("newer version"), std::string::npos) << problem();
}

TEST_F(JournalTest, AFullDiskIsAnErrorAndLeavesTheOldState) {
    Journal journal = open();
    claim(journal, spec("a"));
    journal.transact([&] { journal.save_checkpoint("a", without_job("{\"old\":1}")); });
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{fs::file_size(path_.string() + "-wal"), before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    std::string why;
    try {
        journal.transact([&] { journal.save_checkpoint("a", without_job(std::string(100000, 'x'))); });
    } catch (const JournalError& error) {
        why = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(why.find("there is no room"), std::string::npos) << why;
    EXPECT_NE(why.find("Make room"), std::string::npos) << why;
    EXPECT_EQ(journal.find("a")->checkpoint, "{\"old\":1}");
    journal.transact(
        [&] { journal.save_checkpoint("a", without_job("{\"new\":1}")); }); // there is room again
    EXPECT_EQ(journal.find("a")->checkpoint, "{\"new\":1}");
}

TEST_F(JournalTest, AnUnwritableFileCanStillBeLookedInto) {
    {
        Journal journal = open();
        claim(journal, spec("a"));
    }
    fs::permissions(directory_, fs::perms::all);
    chmod(path_.c_str(), 0444);
    chmod((path_.string() + "-lock").c_str(), 0444);
    const uid_t user = geteuid();
    if (user == 0) {
        ASSERT_EQ(seteuid(65534), 0); // root may write to every file
    }
    EXPECT_NE(problem().find("cannot be written to"), std::string::npos) << problem();
    EXPECT_EQ(Journal(path_, Journal::Access::existing).page(0, 10).size(), 1u);
    ASSERT_EQ(seteuid(user), 0);
}

TEST_F(JournalTest, AWriterWaitsForAnother) {
    Journal first = open();
    Journal second = open();
    std::thread other;
    first.transact([&] {
        first.claim(spec("a"), Repeat::always);
        other = std::thread([&] { claim(second, spec("b")); });
    });
    other.join();
    EXPECT_EQ(first.page(0, 10).size(), 2u);
}

TEST(RunState, HasAWordEach) {
    for (const char* word : {"running", "interrupted", "suspended", "succeeded", "failed", "cancelled"}) {
        ASSERT_TRUE(run_state(word));
        EXPECT_STREQ(to_string(*run_state(word)), word);
    }
    EXPECT_FALSE(run_state("lost"));
}

} // namespace
} // namespace durable
