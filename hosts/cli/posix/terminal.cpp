#include "posix/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace cli {

std::size_t terminal_columns(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Terminal inspect_terminal(int fd) {
    Terminal terminal;
    terminal.is_terminal = ::isatty(fd) == 1;
    const char* term = std::getenv("TERM");
    terminal.live = terminal.is_terminal && term != nullptr && std::string_view(term) != "dumb";
    const char* no_color = std::getenv("NO_COLOR");
    terminal.color = terminal.live && (no_color == nullptr || *no_color == '\0');
    terminal.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
    if (terminal.is_terminal)
        terminal.columns = terminal_columns(fd);
    return terminal;
}

std::string bold(const Terminal& terminal, std::string_view text) {
    return terminal.color ? "\033[1m" + std::string(text) + "\033[0m" : std::string(text);
}

std::string bold_red(const Terminal& terminal, std::string_view text) {
    return terminal.color ? "\033[1;31m" + std::string(text) + "\033[0m" : std::string(text);
}

} // namespace cli
