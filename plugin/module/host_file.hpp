#pragma once

#include "api/connection.hpp"
#include "job/attachment.hpp"
#include "job/node_type.hpp"

#include <workflow_node/node.h>

#include <cstdint>
#include <optional>
#include <string>

namespace job_engine {

// The files of a host, at the boundary.

// As the host sees it; the request must outlive it.
wfn_attachment_request host_request(const AttachmentRequest& request) noexcept;

// What the host gives, copied unless it is larger.
HostFile copy_of(const wfn_attachment& attachment, std::uint64_t max_bytes);

// The answer of a host that has none.
HostFile no_host_file();

// Why the file of this name cannot get to the service, whatever it holds; nullopt: it can, or the name is
// empty. connection: nullptr where it is not known. host_gives_files: the run was given a way to ask.
std::optional<Error> fault_of_file_input(const std::string& name, const NodeType& node,
                                         const Connection* connection, bool host_gives_files);

} // namespace job_engine
