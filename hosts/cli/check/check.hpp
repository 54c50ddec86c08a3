#pragma once

#include "options/options.hpp"

namespace cli::check {

// Makes every test, each in a process of its own, and prints what was found. Returns the exit code.
int check_module(const Options& options);

// In such a process: makes the tests of the scenario that the options name. Does not return.
[[noreturn]] void make_scenario(const Options& options);

} // namespace cli::check
