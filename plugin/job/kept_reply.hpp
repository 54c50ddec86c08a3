#pragma once

#include "http/http_message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// The reply to a submit as a checkpoint keeps it: a description of the API that is corrected later finds in
// it the job that the wrong one has missed. It is masked before it comes here.

// All of it that is looked at, as JSON.
inline constexpr std::size_t max_kept_reply_bytes = std::size_t{8} << 10;

// Whether some description may find a job in it, which this one has not. A Location is read under every one.
bool may_name_job(const HttpReply& reply);

// Of a reply that names no job yet. What is too large loses its long texts and the ends of its long lists: it
// is JSON still, in which short texts, and so ids and addresses, are whole, and no part of a text is taken
// for one.
std::string kept_reply(const HttpReply& reply);

// Of a reply that names a job. Thousands of runs may hold one until their first poll, so a large one is not
// kept: then this is empty.
std::string kept_small_reply(const HttpReply& reply);

// nullopt: this is none.
std::optional<HttpReply> read_kept_reply(std::string_view kept);

} // namespace job_engine
