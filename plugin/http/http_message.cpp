#include "http/http_message.hpp"

namespace job_engine {

const char* kind_name(TransportFailure::Kind kind) noexcept {
    switch (kind) {
    case TransportFailure::Kind::unreachable:
        return "unreachable";
    case TransportFailure::Kind::tls:
        return "tls";
    case TransportFailure::Kind::proxy:
        return "proxy";
    case TransportFailure::Kind::not_public:
        return "not_public";
    case TransportFailure::Kind::broken:
        return "broken";
    case TransportFailure::Kind::timed_out:
        return "timed_out";
    case TransportFailure::Kind::bad_reply:
        return "bad_reply";
    case TransportFailure::Kind::aborted:
        break;
    }
    return "aborted";
}

} // namespace job_engine
