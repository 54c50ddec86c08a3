#include "commands/commands.hpp"
#include "display/run_table.hpp"
#include "display/totals_table.hpp"
#include "journal/journal.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/terminal.hpp"
#include "text/text_layout.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>

namespace cli {

namespace {

constexpr int page_size = 500;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void print(const std::string& text) {
    if (const int error = write_all(STDOUT_FILENO, text))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
}

// Calls show with each page of the requested runs: a journal may be larger than memory.
template <class Show>
void for_each_page(durable::Journal& journal, const std::optional<std::string>& state, Show show) {
    std::int64_t last = 0;
    for (;;) {
        std::vector<durable::RunSummary> page = journal.page(last, page_size);
        if (page.empty())
            return;
        last = page.back().position;
        page.erase(std::remove_if(page.begin(), page.end(),
                                  [&](const durable::RunSummary& run) {
                                      return state && to_string(run.state) != *state;
                                  }),
                   page.end());
        show(page);
    }
}

int print_totals(const Options& options, const std::vector<durable::RunTotals>& totals) {
    std::string text;
    if (options.json) {
        for (const durable::RunTotals& one : totals)
            text += totals_line(one);
    } else {
        const Terminal terminal = inspect_terminal(STDOUT_FILENO);
        text = totals_table(totals, terminal.columns, terminal.utf8);
    }
    print(text);
    return exit_success;
}

} // namespace

int runs_command(const Options& options) {
    durable::Journal journal(*options.journal_file, durable::Journal::Access::existing);
    if (options.totals)
        return print_totals(options, journal.totals());
    const std::int64_t now = now_ms();
    if (options.json) {
        for_each_page(journal, options.state, [&](const std::vector<durable::RunSummary>& page) {
            std::string text;
            for (const durable::RunSummary& run : page)
                text += run_line(run, now);
            print(text);
        });
        return exit_success;
    }
    std::size_t max_key = 0;
    for_each_page(journal, options.state, [&](const std::vector<durable::RunSummary>& page) {
        for (const durable::RunSummary& run : page)
            max_key = std::max(max_key, display_width(printable(run.run_key)));
    });
    const Terminal terminal = inspect_terminal(STDOUT_FILENO);
    // Nothing is truncated in a pipe: keys and jobs are there to be copied.
    const std::size_t columns = terminal.is_terminal ? terminal.columns : std::size_t{100000};
    const RunTable table(max_key, columns, terminal.utf8);
    print(table.heading());
    for_each_page(journal, options.state, [&](const std::vector<durable::RunSummary>& page) {
        std::string text;
        for (const durable::RunSummary& run : page)
            text += table.row(run, now);
        print(text);
    });
    return exit_success;
}

} // namespace cli
