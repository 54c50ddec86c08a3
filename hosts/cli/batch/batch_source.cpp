#include "batch/batch_source.hpp"

#include "batch/batch_line.hpp"
#include "posix/input_error.hpp"

#include <utility>

namespace cli {

NodeTarget node_target(const Options& options, const wfn::Node& node, const std::string& connection_json) {
    NodeTarget target{node, std::make_shared<const std::string>(connection_json), nullptr,
                      std::make_shared<const std::vector<MediaInput>>(media_inputs(node.ui_json()))};
    if (options.output_directory)
        target.media = std::make_shared<const MediaPlan>(make_media_plan(options, node, connection_json));
    return target;
}

FileSource::FileSource(const std::string& path, std::string name, std::optional<durable::BatchKeys> keys,
                       const wfn::Module& module, NodeTarget target, EventLoop& loop)
    : name_(std::move(name)), keys_(std::move(keys)), module_name_(module.name()), target_(std::move(target)),
      loop_(loop), reader_(path, loop) {}

std::optional<BatchItem> FileSource::next() {
    constexpr int max_blank_lines = 1024; // in a row, before other handlers have their turn
    for (int blank_lines = 0; const std::optional<TextLine> line = reader_.next();) {
        if (!line->too_long && is_blank(line->text)) {
            blank_bytes_ += line->bytes;
            if (++blank_lines < max_blank_lines)
                continue;
            loop_.post([] {});
            return std::nullopt;
        }
        BatchItem item = item_of(*line);
        item.bytes += std::exchange(blank_bytes_, 0);
        return item;
    }
    return std::nullopt;
}

BatchItem FileSource::item_of(const TextLine& text) {
    BatchLine line = read_batch_line(text);
    BatchItem item;
    item.line = text.number;
    item.bytes = text.bytes;
    item.problem = std::move(line.problem);
    item.target = target_;
    if (!item.problem.empty())
        return item;
    const std::string action(target_.node.action_id());
    try {
        item.input = with_attachments(line.input, *target_.inputs);
    } catch (const InputError& error) {
        item.problem = error.what();
        return item;
    }
    // Without a journal it is unknown what ran before, so the same file again is another batch.
    item.run_key = line.run_key ? *line.run_key
                   : keys_      ? keys_->next_key(action, item.input)
                                : name_ + ":" + std::to_string(item.line);
    if (keys_) {
        item.claim = [spec = durable::RunSpec{item.run_key, name_, module_name_, action, item.input}](
                         durable::Journal& journal) {
            return journal.claim(spec, durable::Repeat::unless_billed);
        };
    }
    return item;
}

CollectableSource::CollectableSource(durable::Journal& journal, const wfn::Module& module,
                                     const std::function<NodeTarget(const std::string& action)>& target_of) {
    constexpr int page_size = 500;
    std::vector<durable::RunSummary> page;
    for (std::int64_t last = 0; !(page = journal.page(last, page_size)).empty();
         last = page.back().position) {
        for (const durable::RunSummary& run : page) {
            const bool wanted =
                run.collectable && run.state != durable::RunState::succeeded && !run.is_owned();
            if (wanted && run.module == module.name()) {
                if (targets_.count(run.action) == 0)
                    targets_.emplace(run.action, target_of(run.action));
                runs_.push_back({run.run_key, run.action});
            }
        }
    }
    count_ = runs_.size();
}

std::optional<BatchItem> CollectableSource::next() {
    if (runs_.empty())
        return std::nullopt;
    const Run run = std::move(runs_.front());
    runs_.pop_front();
    BatchItem item;
    item.bytes = 1;
    item.run_key = run.run_key;
    item.target = targets_.at(run.action);
    item.claim = [key = run.run_key](durable::Journal& journal) {
        const std::optional<durable::RunRecord> record = journal.find(key);
        if (!record)
            throw durable::JournalError("the run \"" + key + "\" is no longer in the journal.");
        return journal.claim({key, std::nullopt, record->module, record->action, record->input},
                             durable::Repeat::only_collect);
    };
    return item;
}

} // namespace cli
