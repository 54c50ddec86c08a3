#include "download/part_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cli {
namespace {

namespace fs = std::filesystem;

class PartFileTest : public testing::Test {
protected:
    PartFileTest() {
        std::string name = (fs::temp_directory_path() / "part_file_test.XXXXXX").string();
        directory = mkdtemp(name.data());
    }
    ~PartFileTest() override { fs::remove_all(directory); }

    std::string file() const { return (directory / "clip.mp4").string(); }
    std::size_t count() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
    }
    std::string text() const {
        std::ostringstream all;
        all << std::ifstream(file()).rdbuf();
        return all.str();
    }

    fs::path directory;
};

TEST_F(PartFileTest, GetsItsNameOnceItIsWhole) {
    PartFile part(file());
    ASSERT_EQ(part.create(), 0);
    EXPECT_EQ(part.append("wrong"), 0);
    EXPECT_EQ(part.clear(), 0);
    EXPECT_EQ(part.append("right"), 0);
    EXPECT_FALSE(fs::exists(file()));
    EXPECT_EQ(fs::directory_iterator(directory)->path().filename().string().rfind(".clip.mp4.part-", 0), 0u);
    EXPECT_GT(part.room().value_or(0), 0u);
    EXPECT_EQ(part.finish(false), 0);
    EXPECT_EQ(text(), "right");
    EXPECT_EQ(count(), 1u);
}

TEST_F(PartFileTest, LeavesNothingElse) {
    {
        PartFile part(file());
        ASSERT_EQ(part.create(), 0);
    }
    EXPECT_EQ(count(), 0u);
    PartFile discarded(file());
    ASSERT_EQ(discarded.create(), 0);
    discarded.discard();
    EXPECT_EQ(count(), 0u);
    EXPECT_NE(discarded.finish(true), 0);
}

TEST_F(PartFileTest, ReplacesOnlyWhatItMay) {
    std::ofstream(file()) << "precious";
    PartFile part(file());
    ASSERT_EQ(part.create(), 0);
    EXPECT_EQ(part.finish(false), EEXIST);
    EXPECT_EQ(text(), "precious");
    EXPECT_EQ(part.finish(true), 0);
    EXPECT_EQ(text(), "");
}

TEST_F(PartFileTest, ADestinationIsJudgedBefore) {
    EXPECT_EQ(fault_of_destination(file(), false), "");
    EXPECT_EQ(count(), 0u);
    EXPECT_EQ(fault_of_directory(directory.string()), "");
    EXPECT_EQ(count(), 0u);
    std::ofstream(file()) << "precious";
    EXPECT_NE(fault_of_destination(file(), false).find("--overwrite"), std::string::npos);
    EXPECT_EQ(fault_of_destination(file(), true), "");
    EXPECT_NE(fault_of_destination(directory.string(), true).find("is a directory"), std::string::npos);
    EXPECT_NE(fault_of_destination("/dev/null", true).find("not a regular file"), std::string::npos);
    EXPECT_NE(fault_of_destination("-", true), "");
    EXPECT_NE(fault_of_destination(file() + "/x", false), "");
    EXPECT_NE(fault_of_directory(file()).find("is not a directory"), std::string::npos);
    EXPECT_NE(fault_of_directory((directory / "none").string()), "");
    EXPECT_NE(fault_of_directory("/proc"), "");
    fs::create_symlink("nowhere", directory / "link");
    EXPECT_NE(fault_of_destination((directory / "link").string(), false), "");
    EXPECT_NE(fault_of_destination((directory / "link").string(), true),
              ""); // which would be replaced itself
    const std::string too_long = (directory / std::string(256, 'x')).string();
    EXPECT_NE(fault_of_destination(too_long, true), "");
    EXPECT_EQ(obstacle_at(too_long, true).value_or(FileProblem()).code, "not_written");
}

} // namespace
} // namespace cli
