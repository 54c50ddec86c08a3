#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace job_engine {

inline constexpr std::size_t max_json_bytes = std::size_t{1} << 20;

// Why a text was not taken: a clause about it, without any of its values.
struct JsonFault {
    std::string message;
};

// Parses one JSON text strictly: at most max_json_bytes, depth 32, valid UTF-8, nothing behind it, no
// key twice in one object. A number that is a whole becomes int64 however it is written, because the
// validator takes 1.0 for no integer.
boost::system::result<boost::json::value, JsonFault> parse_json(std::string_view text,
                                                                boost::json::storage_ptr storage = {});

} // namespace job_engine
