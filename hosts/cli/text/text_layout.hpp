#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

// Columns that UTF-8 text takes on a terminal, once it is printable: 2 for East Asian wide and emoji, 0 for
// combining marks.
std::size_t display_width(std::string_view text);

// The text in a form that is safe on a terminal. Control characters, which could move the cursor or recolour
// the screen, become spaces, line feeds included; bytes that are not UTF-8 become '?'.
std::string printable(std::string_view text);

// The first columns of the text; if it is truncated, it ends in "...", or in "…" if utf8.
std::string truncate(std::string_view text, std::size_t columns, bool utf8);

// The text in lines of at most `width` columns, each ended by '\n'. The first begins with `first`, the others
// with as many spaces as `first` has columns. A word longer than a line is not broken, so that a URL can be
// copied. The text is made printable; its line ends are kept.
std::string wrap(std::string_view first, std::string_view text, std::size_t width);

// The text, padded with spaces to `columns`.
std::string pad(std::string_view text, std::size_t columns);

} // namespace cli
