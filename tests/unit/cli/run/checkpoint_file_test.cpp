#include "posix/usage_error.hpp"
#include "run/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;

class CheckpointFileTest : public testing::Test {
protected:
    CheckpointFileTest() {
        std::string name = (fs::temp_directory_path() / "checkpoint_file_test.XXXXXX").string();
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "run.checkpoint";
    }
    ~CheckpointFileTest() override { fs::remove_all(directory_); }

    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
    }

    fs::path directory_;
    fs::path path_;
};

TEST_F(CheckpointFileTest, KeepsReplacesAndRemoves) {
    {
        CheckpointFile file(path_);
        EXPECT_FALSE(file.load());
        EXPECT_EQ(file.save("{\"a\":1}"), "");
        EXPECT_EQ(file.load(), "{\"a\":1}");
        EXPECT_EQ(file.save("{}"), "");
        EXPECT_EQ(file.load(), "{}");
        struct stat status {};
        ASSERT_EQ(stat(path_.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u);
    }
    EXPECT_EQ(files(), 1u); // neither lock nor temporary file is left
    {
        CheckpointFile file(path_);
        EXPECT_EQ(file.load(), "{}");
        EXPECT_EQ(file.remove(), "");
        EXPECT_EQ(file.remove(), "");
        EXPECT_FALSE(file.load());
    }
    EXPECT_EQ(files(), 0u);
}

TEST_F(CheckpointFileTest, IsHeldByOneAtATime) {
    {
        const CheckpointFile file(path_);
        EXPECT_THROW(CheckpointFile{path_}, UsageError);
    }
    EXPECT_NO_THROW(CheckpointFile{path_});
}

TEST_F(CheckpointFileTest, SurvivesWhatAKilledProcessLeft) {
    for (const char* suffix : {".lock", ".new"}) {
        FILE* left = std::fopen((path_.string() + suffix).c_str(), "w");
        ASSERT_NE(left, nullptr);
        std::fputs("half", left);
        std::fclose(left);
    }
    CheckpointFile file(path_);
    EXPECT_EQ(file.save("{}"), "");
    EXPECT_EQ(file.load(), "{}");
}

TEST_F(CheckpointFileTest, AFailedSaveLeavesTheOldOne) {
    CheckpointFile file(path_);
    EXPECT_EQ(file.save("{\"old\":1}"), "");
    fs::create_directory(path_.string() + ".new"); // where the temporary file would go
    EXPECT_NE(file.save("{}"), "");
    EXPECT_EQ(file.load(), "{\"old\":1}");
}

TEST_F(CheckpointFileTest, SaysWhenItHasNoPlace) {
    try {
        const CheckpointFile file((directory_ / "missing" / "run").string());
        ADD_FAILURE() << "it opened";
    } catch (const UsageError& error) {
        EXPECT_NE(std::string(error.what()).find("No such file"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace cli
