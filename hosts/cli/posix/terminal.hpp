#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

// The terminal that an output goes to, if it goes to one.
struct Terminal {
    bool is_terminal = false;
    bool live = false;  // its cursor can be moved: a terminal, and not TERM=dumb
    bool color = false; // live, and NO_COLOR is not set
    bool utf8 = false;  // by the locale's character set
    std::size_t columns = 80;
};

// Of STDOUT_FILENO or STDERR_FILENO. setlocale must have been called.
Terminal inspect_terminal(int fd);

// The current width of the terminal; 80 if it is unknown.
std::size_t terminal_columns(int fd);

// The text in bold or bold red if the terminal shows colour, otherwise unchanged.
std::string bold(const Terminal& terminal, std::string_view text);
std::string bold_red(const Terminal& terminal, std::string_view text);

} // namespace cli
