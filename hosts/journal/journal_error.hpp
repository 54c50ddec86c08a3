#pragma once

#include <stdexcept>

namespace durable {

// The journal cannot be used. what() is for people: which file, why, and what to do.
class JournalError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace durable
