#pragma once

#include <stdexcept>
#include <string>

namespace image {

// Why there is no image: what() is one or two sentences, what is wrong with which file and what to do.
class Problem : public std::runtime_error {
public:
    enum class Kind {
        no_file,      // there is none, it cannot be read, or it is no file
        not_an_image, // or one of a kind that is not supported
        damaged,
        refused, // it cannot be made into what is taken
        no_tool, // it would have to be converted, and the program for that is not installed
        failed   // of the machine or of a program, not of the file
    };
    Problem(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
    Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

} // namespace image
