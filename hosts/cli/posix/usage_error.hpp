#pragma once

#include <stdexcept>

namespace cli {

// A mistake that the user has to fix before anything can run: exit code 2. what() is for people.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace cli
