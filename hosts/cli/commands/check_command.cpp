#include "check/check.hpp"
#include "commands/commands.hpp"

namespace cli {

int check_command(const Options& options) {
    if (!options.scenario.empty())
        check::make_scenario(options);
    return check::check_module(options);
}

} // namespace cli
