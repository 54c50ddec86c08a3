#pragma once

#include "module/handle_table.hpp"
#include "module/run.hpp"
#include "module/session.hpp"

#include <workflow_node/node.h>

#include <memory>

namespace job_engine {

// The handles that hosts hold: from open to close, from execute to run_release. Thread-safe.
wfn_session* add_handle(std::shared_ptr<Session> session);
wfn_run* add_handle(std::shared_ptr<Run> run);
std::shared_ptr<Session> find(wfn_session* handle);
std::shared_ptr<Run> find(wfn_run* handle);
std::shared_ptr<Session> remove(wfn_session* handle);
std::shared_ptr<Run> remove(wfn_run* handle);

} // namespace job_engine
