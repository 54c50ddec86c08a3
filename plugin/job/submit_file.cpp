#include "job/submit_file.hpp"

#include "job/idempotency_key.hpp"
#include "upload/presigned_url.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace job_engine {

HandOverFile file_to_hand_over(const RunState& run, bool may_exist) {
    return {std::string(media_input(run.node.type)), std::string(run.parameters.job->file.view()),
            run.checkpoint.key, read_kept_file(run.checkpoint.file.view()), may_exist};
}

bool put_file_into_submit(RunState& run, const FileForSubmit& file, bool may_exist) {
    auto& checkpoint = run.checkpoint;
    const auto known = read_kept_file(checkpoint.file.view());
    if (!known || known->digest != file.kept.digest) {
        // Under its key the API would answer with the job of that file, and under another one the run might
        // be paid for twice.
        if (may_exist)
            return false;
        checkpoint.key = idempotency_key(run.parameters.run_key,
                                         digest_with_file(checkpoint.input_digest, file.kept.digest),
                                         checkpoint.generation);
    }
    checkpoint.file = RareText(to_text(file.kept));
    if (file.kept.is_within_reach())
        run.media_input = std::hash<std::string_view>{}(file.text);
    if (!file.kept.object.empty())
        run.file_signature = Secret(signature_in(file.text));
    return true;
}

} // namespace job_engine
