/*
 * workflow_node/module/node_of.hpp: from the author's types to the module's table. Internal to module.hpp.
 */
#pragma once

#include <workflow_node/module/table.hpp>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

/*
 * By name alone, so that a hook that is private or has a wrong signature is an error of the compiler and not
 * left out: together with a base that has the name, the name is ambiguous. Nothing derives from a type that
 * is final; there only what is public and not overloaded is found.
 */
#define WFN_SDK_HAS(name)                                                                                    \
    struct named_##name {                                                                                    \
        int name;                                                                                            \
    };                                                                                                       \
    template <class T>                                                                                       \
    struct beside_##name : T, named_##name {};                                                               \
    template <class T, class = void>                                                                         \
    struct is_##name##_of : std::false_type {};                                                              \
    template <class T>                                                                                       \
    struct is_##name##_of<T, std::void_t<decltype(&T::name)>> : std::true_type {};                           \
    template <class T, bool final>                                                                           \
    struct finds_##name : is_##name##_of<T> {};                                                              \
    template <class T>                                                                                       \
    struct finds_##name<T, false> : std::bool_constant<!is_##name##_of<beside_##name<T>>::value> {};         \
    template <class T>                                                                                       \
    struct has_##name : finds_##name<T, std::is_final<T>::value> {};
WFN_SDK_HAS(run)
WFN_SDK_HAS(start)
WFN_SDK_HAS(check)
WFN_SDK_HAS(check_connection)
WFN_SDK_HAS(read_checkpoint)
WFN_SDK_HAS(test_connection)
WFN_SDK_HAS(dry_run)
#undef WFN_SDK_HAS

template <class T>
struct BodyOf final : Body {
    static_assert(has_run<T>::value != has_start<T>::value,
                  "a node has run(), or start() and wake(): see workflow_node/module.hpp");
    Ended run(Job& job) override {
        if constexpr (has_run<T>::value)
            return node.run(job);
        else
            return static_cast<void>(job), Ended();
    }
    Step start(Job& job) override {
        if constexpr (has_start<T>::value)
            return node.start(job);
        else
            return run(job);
    }
    Step wake(Job& job) override {
        if constexpr (has_start<T>::value)
            return node.wake(job);
        else
            return run(job);
    }
    Ended test_connection(Job& job) override {
        if constexpr (has_test_connection<T>::value)
            return node.test_connection(job);
        else
            return run(job);
    }
    Ended dry_run(Job& job) override {
        if constexpr (has_dry_run<T>::value)
            return node.dry_run(job);
        else
            return run(job);
    }
    T node;
};

template <class T>
struct NodeOf final : NodeType {
    NodeOf() : NodeType(T::info()) {
        polls = has_start<T>::value;
        tests_connection = has_test_connection<T>::value;
        has_dry_run = sdk::has_dry_run<T>::value;
    }
    std::unique_ptr<Body> make() const override { return std::make_unique<BodyOf<T>>(); }
    std::vector<Problem> check(const Json& input) const override {
        if constexpr (has_check<T>::value)
            return T::check(input);
        return static_cast<void>(input), std::vector<Problem>();
    }
    std::vector<Problem> check_connection(const Json& given) const override {
        if constexpr (has_check_connection<T>::value)
            return T::check_connection(given);
        return static_cast<void>(given), std::vector<Problem>();
    }
    bool read_checkpoint(Saved& checkpoint) const override {
        if constexpr (has_read_checkpoint<T>::value)
            return T::read_checkpoint(checkpoint);
        return static_cast<void>(checkpoint), true;
    }
};

/* What every node can end with, see node.h; the node's own wording of a code counts. */
inline void add_standard_errors(NodeType& type) {
    const auto add = [&](bool can_happen, ErrorInfo error) {
        if (can_happen && find_error(type, error.code) == nullptr)
            type.errors.push_back(std::move(error));
    };
    type.errors = type.info.errors;
    add(true, {"invalid_input", "Invalid Input", "The input is not as the node's schema or rules say",
               "Correct what the message names", false});
    add(type.info.connection.has_value(),
        {"invalid_connection", "Invalid Connection", "The connection is missing, not valid, or refused",
         "Correct what the message names", false});
    add(true,
        {"cancelled", "Cancelled", "The run was asked to stop", "Run it again if it is still wanted", false});
    add(true, {"processing_timeout", "Processing Timeout", "The run took longer than its deadline",
               "Allow more time, or run it again later", true});
    add(type.info.can_resume, {"checkpoint_not_kept", "Checkpoint Not Kept",
                               "The host could not store the run's checkpoint, or took too long",
                               "See to the host's storage, then run it again", true});
    add(true,
        {"nothing_to_collect", "Nothing To Collect", "The run was to collect a job only, and there is none",
         "Run it without collect-only, which may cost", false});
    add(true, {"internal_error", "Internal Error", "A defect of the module",
               "Tell its author; look at the account before you run it again", false});
}

inline const char* or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

/* Once the type is where it stays: the node points into it. */
inline void describe(NodeType& type) {
    const NodeInfo& info = type.info;
    add_standard_errors(type);
    type.errors_json = "[";
    for (const ErrorInfo& error : type.errors)
        type.errors_json += (type.errors_json.size() > 1 ? ",{\"code\":" : "{\"code\":")
                            + json_string(error.code) + ",\"type\":" + json_string(error.type) + ",\"cause\":"
                            + json_string(error.cause) + ",\"solution\":" + json_string(error.solution)
                            + ",\"retryable\":" + (error.retryable ? "true}" : "false}");
    type.errors_json += "]";
    if (info.connection) {
        type.connection.struct_size = sizeof type.connection;
        type.connection.required = info.connection->required ? 1 : 0;
        type.connection.name = info.connection->name.c_str();
        type.connection.category = info.connection->category.c_str();
        type.connection.description = info.connection->description.c_str();
        type.connection.schema_json = info.connection->schema_json.c_str();
    }
    wfn_node& node = type.node;
    node.struct_size = sizeof node;
    node.flags = (info.can_cancel ? std::uint32_t{WFN_NODE_CAN_CANCEL} : 0U)
                 | (info.reports_progress ? std::uint32_t{WFN_NODE_REPORTS_PROGRESS} : 0U)
                 | (info.can_resume ? std::uint32_t{WFN_NODE_CAN_RESUME} : 0U);
    node.action_id = info.action_id.c_str();
    node.version = info.version.c_str();
    node.title = info.title.c_str();
    node.description = info.description.c_str();
    node.icon_svg = or_null(info.icon_svg);
    node.categories_json = or_null(info.categories_json);
    node.connection = info.connection ? &type.connection : nullptr;
    node.input_schema_json = info.input_schema_json.c_str();
    node.output_schema_json = info.output_schema_json.c_str();
    node.errors_json = type.errors_json.c_str();
    node.ui_json = or_null(info.ui_json);
    node.examples_json = or_null(info.examples_json);
    node.price_json = or_null(info.price_json);
    node.execute = execute;
    node.translations_json = or_null(info.translations_json);
}

template <class... Nodes>
std::unique_ptr<Table> make_table(const char* name, const char* version) {
    auto table = std::make_unique<Table>();
    table->name = name;
    table->version = version;
    (table->types.push_back(std::make_unique<NodeOf<Nodes>>()), ...);
    for (const auto& type : table->types) {
        describe(*type);
        table->nodes.push_back(&type->node);
    }
    wfn_module& module = table->module;
    module.struct_size = sizeof module;
    module.abi_major = WFN_ABI_MAJOR;
    module.abi_minor = WFN_ABI_MINOR;
    module.node_count = static_cast<std::uint32_t>(table->nodes.size());
    module.name = table->name.c_str();
    module.version = table->version.c_str();
    module.nodes = table->nodes.data();
    module.settings_schema_json = settings_schema;
    module.open = open;
    module.close = close;
    module.run_cancel = run_cancel;
    module.run_suspend = run_suspend;
    module.run_checkpoint_saved = run_checkpoint_saved;
    module.run_wait = run_wait;
    module.run_result = run_result;
    module.run_release = run_release;
    return table;
}

/* NULL: an info() threw, or memory does not suffice. */
template <class... Nodes>
const wfn_module* module_of(const char* name, const char* version) noexcept {
    Table* known = globals.table.load();
    try {
        while (known == nullptr) {
            auto made = make_table<Nodes...>(name, version);
            if (globals.table.compare_exchange_strong(known, made.get()))
                known = made.release();
        }
    } catch (...) {
        return nullptr;
    }
    return &known->module;
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
