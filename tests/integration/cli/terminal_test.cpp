// What people see: stderr is a terminal here.
#include "process.hpp"

#include <gtest/gtest.h>

namespace {

std::vector<std::string> slow_run(const std::string& milliseconds) {
    return {"run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=" + milliseconds};
}

Process::Options terminal(unsigned short columns = 80) {
    Process::Options options;
    options.terminal = true;
    options.columns = columns;
    return options;
}

// Columns of what is drawn between two returns of the cursor, without control sequences.
std::size_t widest_drawing(const std::string& screen) {
    std::size_t widest = 0;
    std::size_t columns = 0;
    for (std::size_t i = 0; i < screen.size(); ++i) {
        const auto byte = static_cast<unsigned char>(screen[i]);
        if (byte == '\r' || byte == '\n')
            columns = 0;
        else if (byte == '\033')
            i = screen.find_first_of("ABCDEFGHJKSTfmhl", i + 2);
        else if ((byte & 0xC0) != 0x80)
            widest = std::max(widest, ++columns);
    }
    return widest;
}

TEST(Terminal, ShowsOneLineThatIsRedrawnAndRemoved) {
    Process process(slow_run("500"), terminal());
    EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(process.out(), "{\"echo\":{\"text\":\"hi\",\"milliseconds\":500}}\n");
    EXPECT_NE(process.err().find("█"), std::string::npos) << process.err();
    EXPECT_NE(process.err().find('%'), std::string::npos);
    EXPECT_NE(process.err().find("The echo is on its way back"), std::string::npos);
    EXPECT_EQ(process.err().find('\n'), std::string::npos); // one line, redrawn
    EXPECT_LT(widest_drawing(process.err()), 80u);
    const std::string end = "\r\033[K\033[?25h"; // erased, and the cursor is back
    ASSERT_GE(process.err().size(), end.size());
    EXPECT_EQ(process.err().substr(process.err().size() - end.size()), end);
}

TEST(Terminal, FitsNarrowOnes) {
    for (const unsigned short columns : {20, 40}) {
        Process process(slow_run("300"), terminal(columns));
        EXPECT_EQ(process.wait(), 0);
        EXPECT_LT(widest_drawing(process.err()), columns) << process.err();
    }
}

TEST(Terminal, WithoutUnicodeOrCursorControl) {
    Process::Options ascii = terminal();
    ascii.environment["LC_ALL"] = "C";
    EXPECT_NE(workflow_node(slow_run("300"), ascii).err.find("[###"), std::string::npos);
    Process::Options dumb = terminal();
    dumb.environment["TERM"] = "dumb";
    const std::string err = workflow_node(slow_run("300"), dumb).err;
    EXPECT_EQ(err.find('\033'), std::string::npos);
    EXPECT_NE(err.find("running: "), std::string::npos);
}

TEST(Terminal, CtrlCCancels) {
    Process process(slow_run("600000"), terminal());
    ASSERT_TRUE(process.wait_for_stderr("The echo is on its way back")) << process.err();
    process.type("\003");
    EXPECT_EQ(process.wait(), 130);
    EXPECT_NE(process.err().find("Cancelling; press Ctrl-C again to quit at once."), std::string::npos);
    EXPECT_NE(process.err().find("\033[?25h"), std::string::npos); // the cursor is back
    EXPECT_LE(widest_drawing(process.err()), 80u) << process.err();
}

TEST(Terminal, ColourIsForTerminalsThatWantIt) {
    const std::vector<std::string> failing{"run", "echo", "--set", "voice=soft"};
    Process::Options options = terminal();
    EXPECT_NE(workflow_node(failing, options).err.find("\033[1;31m"), std::string::npos);
    options.environment["NO_COLOR"] = "1";
    EXPECT_EQ(workflow_node(failing, options).err.find("\033[1;31m"), std::string::npos);
    EXPECT_EQ(workflow_node(failing).err.find('\033'), std::string::npos);
}

} // namespace
