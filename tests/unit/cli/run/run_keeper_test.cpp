#include "run/run_keeper.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;

class FileKeeperTest : public testing::Test {
protected:
    FileKeeperTest() {
        std::string name = (fs::temp_directory_path() / "run_keeper_test.XXXXXX").string();
        directory_ = mkdtemp(name.data());
    }
    ~FileKeeperTest() override { fs::remove_all(directory_); }

    // What is kept after a run that kept "{1}" and then ended so; empty: nothing.
    std::string left_by(wfn::Outcome outcome, const std::string& checkpoint = "") const {
        const std::string path = directory_ / "run.checkpoint";
        FileKeeper keeper(path);
        wfn::Request request;
        keeper.attach(request, [](const std::string&) {});
        EXPECT_EQ(request.on_checkpoint({wfn::Submission::yes, "{\"n\":1}", "job"}),
                  wfn::CheckpointAnswer::kept);
        wfn::Result result;
        result.outcome = outcome;
        if (!checkpoint.empty())
            result.checkpoint.emplace().json = checkpoint;
        EXPECT_EQ(keeper.settle(result), "");
        return fs::exists(path) ? read_file(path, 100).text : "";
    }

    fs::path directory_;
};

TEST_F(FileKeeperTest, OnlyAnEndingForGoodDiscards) {
    using wfn::Outcome;
    for (const Outcome outcome : {Outcome::succeeded, Outcome::failed, Outcome::cancelled})
        EXPECT_EQ(left_by(outcome), "");
    for (const Outcome outcome : {Outcome::suspended, static_cast<Outcome>(77), static_cast<Outcome>(-1)})
        EXPECT_EQ(left_by(outcome), "{\"n\":1}");
}

TEST_F(FileKeeperTest, PromisesAFileOnlyByACheckpointThatIsOnTheDiskAndNamesTheJob) {
    const fs::path folder = directory_ / "folder";
    fs::create_directory(folder);
    FileKeeper keeper(folder / "run.checkpoint");
    wfn::Request request;
    keeper.attach(request, [](const std::string&) {});
    EXPECT_FALSE(keeper.leads_to_file());
    request.on_checkpoint({wfn::Submission::maybe, "{}", ""});
    EXPECT_FALSE(keeper.leads_to_file());
    EXPECT_EQ(keeper.file_advice({}, "clip.mp4"), take_url_advice);
    request.on_checkpoint({wfn::Submission::yes, "{}", "job"});
    EXPECT_TRUE(keeper.leads_to_file());
    EXPECT_NE(keeper.file_advice({}, "clip.mp4"), take_url_advice);
    fs::remove_all(folder);
    EXPECT_EQ(request.on_checkpoint({wfn::Submission::yes, "{}", "job"}), wfn::CheckpointAnswer::not_kept);
    EXPECT_FALSE(keeper.leads_to_file());
}

TEST_F(FileKeeperTest, ANewerCheckpointIsKeptWhateverTheEnding) {
    for (const int outcome : {1, 2, 3, 77})
        EXPECT_EQ(left_by(static_cast<wfn::Outcome>(outcome), "{\"n\":2}"), "{\"n\":2}");
}

} // namespace
} // namespace cli
