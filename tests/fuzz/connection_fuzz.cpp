#include "api/connection.hpp"
#include "fuzz_target.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& node = fuzz::image_to_video();
    const auto connection = read_connection(fuzz::text_of(data, size), fuzz::definitions().connection,
                                            node.binding_rules, node.built_in_binding);
    if (!connection) {
        fuzz::require(connection.error().code == ErrorCode::invalid_connection);
        return 0;
    }
    const auto& it = **connection;
    fuzz::require(!it.authorization.empty() && !it.origin.host.empty() && it.origin.port != 0);
    fuzz::require(it.origin.tls || (it.allow_insecure_loopback && is_loopback(it.origin.host)));
    fuzz::require(it.base_path.empty() || it.base_path.front() == '/');
    // Nothing that could end a header line.
    fuzz::require(it.authorization.view().find_first_of("\r\n") == std::string_view::npos);
    fuzz::require(it.origin.authority().find_first_of("\r\n ") == std::string::npos);
    fuzz::require(it.base_path.find_first_of("\r\n ") == std::string::npos);
    return 0;
}
