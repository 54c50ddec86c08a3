#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "api/file_to_upload.hpp"
#include "http/http_exchange.hpp"
#include "http/lazy_tls_context.hpp"
#include "http/resolver.hpp"
#include "upload/presigned_url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace job_engine {

// How a file gets to a connection's service: in the submit itself, by its upload, or through the connection's
// storage. The service's own way comes first.
enum class HandOverWay { none, in_the_submit, upload, storage };
HandOverWay hand_over_way(const Connection& connection);

// Of a connection whose service has none; input: what the file is.
Error no_way_for_files(const Connection& connection, std::string_view input);

// What the service takes.
struct FileLimits {
    std::vector<std::string> media_types; // the best first
    std::uint64_t max_bytes = 0;          // 0: not known
    std::uint32_t max_side = 0;           // pixels; 0: not known
};
FileLimits file_limits(const Connection& connection);

// A file that is to be handed over.
struct HandOverOrder {
    FileToUpload file;
    std::string run_key;    // for the trace
    std::string run_digest; // names the object in a storage: an upload that is repeated replaces its own
    std::shared_ptr<const Connection> connection; // hand_over_way: not none
    std::function<void(std::string)> trace;       // takes lines without secrets; empty: none are wanted
};

struct HandedOver {
    std::string value;                // what takes the input's place: a URL, a data URI, base64
    std::optional<StoredFile> stored; // set where that is the URL of a file in the storage
};
using HandOverOutcome = std::variant<HandedOver, Error>;

// Hands files over before a run pays for what is made of them; knows nothing of runs. A step is tried three
// times where that may help. Thread-safe; each works on the strand of its run.
class FileHandOver {
public:
    // resolver must outlive it.
    FileHandOver(boost::asio::io_context& io, Resolver& resolver, std::string user_agent)
        : io_(io), resolver_(resolver), user_agent_(std::move(user_agent)) {}
    FileHandOver(const FileHandOver&) = delete;
    FileHandOver& operator=(const FileHandOver&) = delete;

    // Told on the strand, never from inside hand_over or abort(). A defect: what was thrown.
    using Done = std::function<void(const std::exception_ptr& defect, HandOverOutcome outcome)>;

    // Takes ten minutes at most. Must live until done was called.
    std::shared_ptr<HttpExchange> hand_over(const boost::asio::any_io_executor& strand, HandOverOrder order,
                                            Done done);

private:
    class Work;

    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    LazyTlsContext service_tls_{Authorities::file_or_system};
    LazyTlsContext other_tls_{
        Authorities::file_and_system}; // for hosts that a service's own authority may not know
};

} // namespace job_engine
