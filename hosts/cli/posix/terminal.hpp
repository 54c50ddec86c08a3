#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

// What is known of the terminal that one output goes to.
struct Terminal {
    bool is_terminal = false;
    bool live = false;  // its cursor can be moved: a terminal, and not TERM=dumb
    bool color = false; // live, and NO_COLOR is not set
    bool utf8 = false;  // by the locale's character set
    std::size_t columns = 80;
};

// Of STDOUT_FILENO or STDERR_FILENO. setlocale must have been called.
Terminal inspect_terminal(int fd);

// The width of the terminal now; 80 where it does not say.
std::size_t terminal_columns(int fd);

// The text in bold or bold red where the terminal shows colour; else unchanged.
std::string bold(const Terminal& terminal, std::string_view text);
std::string bold_red(const Terminal& terminal, std::string_view text);

} // namespace cli
