#pragma once

#include "attachment/file_input.hpp"
#include "journal/journal.hpp"
#include "journal/run_identity.hpp"
#include "posix/line_reader.hpp"
#include "run/media_file.hpp"

#include <workflow_node/host.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cli {

// A node and the connection to run it with.
struct NodeTarget {
    wfn::Node node;
    std::shared_ptr<const std::string> connection_json;    // holds secrets
    std::shared_ptr<const MediaPlan> media;                // null: no files are kept
    std::shared_ptr<const std::vector<MediaInput>> inputs; // that may be files
};

// With --output-directory, throws UsageError where the node has no output that is a file.
NodeTarget node_target(const Options& options, const wfn::Node& node, const std::string& connection_json);

// One run of a batch.
struct BatchItem {
    std::int64_t line = 0; // 0: it does not come from a file
    std::size_t bytes = 0; // its share of BatchSource::total_bytes
    std::string run_key;
    std::string input;
    std::string problem; // why it cannot be run; empty if it can
    std::optional<NodeTarget> target;
    std::function<durable::Claim(durable::Journal&)> claim; // for batches with a journal
};

// The source of a batch's runs, in order. For one thread.
class BatchSource {
public:
    BatchSource() = default;
    virtual ~BatchSource() = default;
    BatchSource(const BatchSource&) = delete;
    BatchSource& operator=(const BatchSource&) = delete;

    // nullopt: there are no more if at_end, otherwise none at present.
    virtual std::optional<BatchItem> next() = 0;
    virtual bool at_end() const = 0;
    // Why the source ended early; empty if it did not.
    virtual std::string problem() const { return ""; }
    // nullopt if it is unknown.
    virtual std::optional<std::uint64_t> total_bytes() const = 0;
};

// The lines of a file.
class FileSource : public BatchSource {
public:
    // name: the batch's. keys: where there is a journal, which must know its lines again. loop: as
    // LineReader's. Throws UsageError.
    FileSource(const std::string& path, std::string name, std::optional<durable::BatchKeys> keys,
               const wfn::Module& module, NodeTarget target, EventLoop& loop);

    std::optional<BatchItem> next() override;
    bool at_end() const override { return reader_.at_end(); }
    std::string problem() const override { return reader_.problem(); }
    std::optional<std::uint64_t> total_bytes() const override { return reader_.size(); }

private:
    BatchItem item_of(const TextLine& line);

    std::string name_;
    std::optional<durable::BatchKeys> keys_;
    std::string module_name_;
    NodeTarget target_;
    std::size_t blank_bytes_ = 0; // of the empty lines since the last item
    EventLoop& loop_;
    LineReader reader_;
};

// The runs of a module in a journal that have a job, no output, and no process.
class CollectableSource : public BatchSource {
public:
    // target_of: returns what an action is run with; called once per action, in this constructor, which
    // throws what it throws.
    CollectableSource(durable::Journal& journal, const wfn::Module& module,
                      const std::function<NodeTarget(const std::string& action)>& target_of);

    std::optional<BatchItem> next() override;
    bool at_end() const override { return runs_.empty(); }
    std::optional<std::uint64_t> total_bytes() const override { return count_; }

private:
    struct Run {
        std::string run_key;
        std::string action;
    };

    std::map<std::string, NodeTarget> targets_; // by action
    std::deque<Run> runs_;
    std::uint64_t count_ = 0;
};

} // namespace cli
