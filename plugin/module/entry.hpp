#pragma once

#include <workflow_node/node.h>

namespace pixelml {

// wfn_node.execute of the module's node.
wfn_status execute(wfn_session* session, const wfn_request* request, wfn_run** run) noexcept;

} // namespace pixelml
