#include "posix/line_reader.hpp"
#include "posix/usage_error.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class LineReaderTest : public testing::Test {
protected:
    LineReaderTest() {
        std::string name = (fs::temp_directory_path() / "line_reader_test.XXXXXX").string();
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "lines";
    }
    ~LineReaderTest() override { fs::remove_all(directory_); }

    // All lines of a file with this text.
    std::vector<TextLine> lines(const std::string& text) const {
        std::ofstream(path_, std::ios::binary) << text;
        EventLoop loop;
        LineReader reader(path_, loop);
        EXPECT_EQ(reader.size(), text.size());
        std::vector<TextLine> all;
        while (!reader.at_end())
            while (const auto line = reader.next())
                all.push_back(*line);
        EXPECT_EQ(reader.problem(), "");
        return all;
    }

    static std::vector<std::string> texts(const std::vector<TextLine>& lines) {
        std::vector<std::string> all;
        all.reserve(lines.size());
        for (const TextLine& line : lines)
            all.push_back(line.text);
        return all;
    }

    fs::path directory_;
    fs::path path_;
};

TEST_F(LineReaderTest, SplitsAtLineEnds) {
    using Texts = std::vector<std::string>;
    EXPECT_EQ(texts(lines("")), Texts{});
    EXPECT_EQ(texts(lines("a")), Texts{"a"});
    EXPECT_EQ(texts(lines("a\n")), Texts{"a"});
    EXPECT_EQ(texts(lines("\n\nb")), (Texts{"", "", "b"}));
    EXPECT_EQ(texts(lines("\xEF\xBB\xBF"
                          "a\r\nb\r\n\r\n")),
              (Texts{"a", "b", ""}));
    const auto numbered = lines("a\n\nbcd");
    EXPECT_EQ(numbered.at(2).number, 3);
    EXPECT_EQ(numbered.at(2).bytes, 3u);
    EXPECT_EQ(numbered.at(0).bytes, 2u);
}

TEST_F(LineReaderTest, ReadsMoreThanItHolds) {
    std::string text;
    std::size_t bytes = 0;
    for (int i = 0; i < 20000; ++i)
        text += std::to_string(i) + "\n";
    const auto all = lines(text);
    ASSERT_EQ(all.size(), 20000u);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].text, std::to_string(i));
        EXPECT_EQ(all[i].number, static_cast<std::int64_t>(i) + 1);
        bytes += all[i].bytes;
    }
    EXPECT_EQ(bytes, text.size());
}

TEST_F(LineReaderTest, ALineTooLongIsPassedOver) {
    const auto all =
        lines(std::string(LineReader::max_line + 1, 'x') + "\nb\n" + std::string(LineReader::max_line, 'y'));
    ASSERT_EQ(all.size(), 3u);
    EXPECT_TRUE(all[0].too_long);
    EXPECT_EQ(all[0].text, "");
    EXPECT_EQ(all[0].bytes, LineReader::max_line + 2);
    EXPECT_EQ(all[1].text, "b");
    EXPECT_FALSE(all[2].too_long);
    EXPECT_EQ(all[2].text.size(), LineReader::max_line);
}

TEST_F(LineReaderTest, AnIdlePipeDoesNotBlock) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    std::fstream pipe(path_); // both ends, so that there is no end of file
    EventLoop loop;
    LineReader reader(path_, loop);
    EXPECT_FALSE(reader.size());
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.at_end());
    EXPECT_FALSE(loop.run_one(0ms));
    pipe << "a\nb" << std::flush;
    EXPECT_TRUE(loop.run_one(1min)); // there is something
    EXPECT_EQ(reader.next()->text, "a");
    EXPECT_FALSE(reader.next());
    pipe << "c\n" << std::flush;
    EXPECT_TRUE(loop.run_one(1min));
    EXPECT_EQ(reader.next()->text, "bc");
    EXPECT_FALSE(reader.next()); // and it can be left
}

TEST_F(LineReaderTest, LeavesStandardInputAsItIsForOthers) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    const FileDescriptor pipe(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    const FileDescriptor before(::dup(STDIN_FILENO));
    ASSERT_EQ(::dup2(pipe.get(), STDIN_FILENO), STDIN_FILENO);
    EventLoop loop;
    LineReader reader("-", loop);
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(::fcntl(pipe.get(), F_GETFL) & O_NONBLOCK, 0);
    ASSERT_EQ(::dup2(before.get(), STDIN_FILENO), STDIN_FILENO);
}

TEST_F(LineReaderTest, ALineThatDoesNotEndLeavesOthersTheirTurn) {
    std::ofstream(path_) << std::string(std::size_t{40} * 1024 * 1024, 'x') << "\nb\n";
    EventLoop loop;
    LineReader reader(path_, loop);
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.at_end());
    EXPECT_TRUE(loop.run_one(0ms)); // it continues
}

TEST_F(LineReaderTest, SaysWhatItCannotRead) {
    EventLoop loop;
    EXPECT_THROW(LineReader(path_, loop), UsageError);
    EXPECT_THROW(LineReader(directory_, loop), UsageError);
}

} // namespace
} // namespace cli
