#include "module/host_file.hpp"

#include "upload/file_hand_over.hpp"

#include <memory>
#include <string>
#include <utility>

namespace job_engine {

wfn_attachment_request host_request(const AttachmentRequest& request) noexcept {
    wfn_attachment_request out{};
    out.struct_size = sizeof out;
    out.max_side = request.max_side;
    out.max_bytes = request.max_bytes;
    out.name = request.name.c_str();
    out.path = request.path.c_str();
    out.media_types = request.media_types.c_str();
    return out;
}

HostFile copy_of(const wfn_attachment& attachment, std::uint64_t max_bytes) {
    HostFile file;
    if (attachment.failure != nullptr) {
        file.failure = attachment.failure;
        return file;
    }
    file.size = attachment.size;
    if (file.size <= max_bytes)
        file.bytes = std::make_shared<const std::string>(static_cast<const char*>(attachment.data),
                                                         static_cast<std::size_t>(attachment.size));
    return file;
}

HostFile no_host_file() {
    HostFile none;
    none.failure = "This host gives no files: give a URL.";
    return none;
}

std::optional<Error> fault_of_file_input(const std::string& name, const NodeType& node,
                                         const Connection* connection, bool host_gives_files) {
    if (name.empty())
        return std::nullopt;
    const std::string input(media_input(node));
    if (!host_gives_files) {
        auto error =
            make_error(ErrorCode::invalid_input, "The " + input + " is a file of the host (" + name
                                                     + "), and this host gives no files: give a URL.");
        error.details = {{"/" + input, "must be a URL, because this host gives no files"}};
        return error;
    }
    if (connection == nullptr || hand_over_way(*connection) != HandOverWay::none)
        return std::nullopt;
    return no_way_for_files(*connection, input);
}

} // namespace job_engine
