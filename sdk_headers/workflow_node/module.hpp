/*
 * workflow_node/module.hpp: node.h for those who write a module in C++. Header-only, C++17, the standard
 * library and POSIX threads. Copy this file, the folder module/ and module.map beside it, and node.h.
 *
 *     struct Shout {
 *         static wfn::NodeInfo info();
 *         wfn::Ended run(wfn::Job& job) {
 *             return wfn::succeeded("{\"text\":" + wfn::json_string(job.input()["text"].text() + "!") + "}");
 *         }
 *     };
 *     WFN_MODULE("my_nodes", "1.0.0", Shout)
 *
 * A node is a type with info() and the functions of one of two tiers. Each run has an object of its own, made
 * and destroyed on the thread that uses it; its constructor takes nothing.
 *
 * Ended run(Job&)
 *     It may block, e.g. in an HTTP client. Each run has a thread of its own, so that none waits for another:
 *     for up to some hundreds of runs at once.
 *
 * Step start(Job&)
 * Step wake(Job&)
 *     A Poller. The functions say what comes next: wfn::wait(), wfn::keep(), or the end, and must not block:
 *     all runs of a session share one thread. For thousands of waiting runs.
 *
 * Hooks, each of which may be left out. They are public, like the functions above.
 *
 * static std::vector<Problem> check(Json input)
 * static std::vector<Problem> check_connection(Json connection)
 *     What is wrong beyond the schema's top level, which is checked before: `required`,
 *     `additionalProperties: false`, and of each member `type`, `enum`, `minimum`, `maximum`. Here a
 *     validator of the whole schema is called, if there is one. The run ends as invalid_input or
 *     invalid_connection.
 *
 * static bool read_checkpoint(Saved& checkpoint)
 *     Sets `submission` and `job_id` as the text in `json` says; false: it is none of this node,
 *     invalid_input. Without this hook nothing is known of a checkpoint: WFN_MAYBE_SUBMITTED, so that
 *     WFN_COLLECT_ONLY always ends as nothing_to_collect.
 *
 * Ended test_connection(Job&)
 *     WFN_CHECK_CONNECTION: asks the service, within 25 s, and returns succeeded("") or an error. On a thread
 *     of its own, also in a Poller. Without it the run succeeds with the warning connection_not_tested.
 *
 * Ended dry_run(Job&)
 *     WFN_DRY_RUN: returns succeeded() with what would be sent, secrets masked; sends nothing. On a thread of
 *     its own. Without it, a node without a connection says that it sends nothing, and one with a connection
 *     answers the flag with WFN_INVALID_ARGUMENT.
 *
 * What is seen to here: handles, copies of requests, wrong calls and their order, on_complete exactly once
 * and last, the answer to a checkpoint and its time-out, cancel, suspend, deadline, collect-only,
 * validate-only, at most 10 progress callbacks a second without a lost phase, close, fork, and the standard
 * errors.
 *
 * What is left to the node:
 *
 * Stop
 *     When Job::wait, Job::checkpoint or Job::stopping say so: return Job::stopped() within 4 s. After that
 *     the run ends without the node's code. No thread can be ended from outside, though: close waits for it,
 *     so bound every blocking call.
 *
 * Money
 *     A checkpoint before each submit that costs, and one after it: see Job::checkpoint.
 *
 * Secrets
 *     None in outputs, errors, checkpoints, progress and logs. The run's copy of the connection is wiped when
 *     it ends; the node's own copies are not.
 *
 * Exceptions
 *     of the node's code end the run as internal_error with its last checkpoint, and what() becomes a part of
 *     the message, so it must hold no secret either.
 *
 * In one file of the module, WFN_MODULE(name, version, nodes...) defines the exported entry. There is no
 * semicolon after it. Compile the module with -fvisibility=hidden and link it with the version script
 * module.map, so that nothing else of it is exported and dlclose unloads it.
 */
#pragma once

#include <workflow_node/module/node_of.hpp>

#define WFN_MODULE(name, version, ...)                                                                       \
    extern "C" WFN_EXPORT const wfn_module* wfn_module_entry(void) {                                         \
        return ::wfn::sdk::module_of<__VA_ARGS__>(name, version);                                            \
    }
