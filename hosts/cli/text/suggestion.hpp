#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The number of insertions, deletions, replacements and swaps of neighbours between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that was probably meant: one that begins with the word, or differs in at most a third of its
// length. Empty if there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// " Did you mean \"x\"?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// "a, b, c"
std::string joined(const std::vector<std::string>& words);

} // namespace cli
