#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

Target choose(const std::vector<std::string>& words, const std::optional<std::string>& default_module,
              const std::vector<std::string>& installed = {}) {
    ModulePlaces places;
    places.default_module = default_module;
    places.is_file = [](const std::string& path) { return path == "here"; };
    places.find = [&](const std::string& name) -> std::optional<std::string> {
        for (const auto& path : installed)
            if (path == "/lib/" + name)
                return path;
        return std::nullopt;
    };
    places.all = [&] { return installed; };
    places.passed_over = [] { return std::string(" Passed over: /tmp."); };
    return choose_target(words, places);
}

TEST(NodeChoice, TellsModuleAndActionApart) {
    EXPECT_EQ(choose({"dir/m.so", "a"}, "env.so").module_path, "dir/m.so");
    EXPECT_EQ(choose({"dir/m.so", "a"}, "env.so").action, "a");
    EXPECT_EQ(choose({"a"}, "dir/env.so").module_path, "dir/env.so");
    EXPECT_EQ(choose({"a"}, "dir/env.so").action, "a");
    EXPECT_EQ(choose({"m.so"}, "dir/env.so", {"/lib/m.so"}).module_path, "/lib/m.so");
    EXPECT_EQ(choose({"dir/m"}, "env.so").module_path, "dir/m");
    EXPECT_EQ(choose({}, "dir/env.so").module_path, "dir/env.so");
    EXPECT_THROW(choose({}, std::nullopt), UsageError);
}

TEST(NodeChoice, AFileHereIsNotLookedForElsewhere) {
    EXPECT_EQ(choose({"here"}, "env.so").module_path, "./here");
    EXPECT_THROW(choose({"libelsewhere.so"}, std::nullopt), UsageError); // nor by dlopen
}

TEST(NodeChoice, AModuleInTheSearchPathNeedsNoPath) {
    EXPECT_EQ(choose({"foo"}, std::nullopt, {"/lib/foo", "/lib/bar"}).module_path, "/lib/foo");
    EXPECT_EQ(choose({"foo", "a"}, "env.so", {"/lib/foo"}).module_path, "/lib/foo");
    // What is installed later does not change what a word means.
    EXPECT_EQ(choose({"foo"}, "dir/env.so", {"/lib/foo"}).module_path, "dir/env.so");
    EXPECT_EQ(choose({"foo"}, "dir/env.so", {"/lib/foo"}).action, "foo");
    EXPECT_EQ(choose({"dir/foo"}, std::nullopt, {"/lib/foo"}).module_path, "dir/foo");
}

TEST(NodeChoice, TheOnlyModuleInTheSearchPathNeedsNoName) {
    EXPECT_EQ(choose({}, std::nullopt, {"/lib/foo"}).module_path, "/lib/foo");
    EXPECT_EQ(choose({"a"}, std::nullopt, {"/lib/foo"}).module_path, "/lib/foo");
    EXPECT_EQ(choose({"a"}, std::nullopt, {"/lib/foo"}).action, "a");
    EXPECT_EQ(choose({"a"}, "dir/env.so", {"/lib/foo"}).module_path, "dir/env.so");
    EXPECT_THROW(choose({}, std::nullopt, {"/lib/foo", "/lib/bar"}), UsageError);
}

TEST(NodeChoice, FindsTheNode) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    EXPECT_EQ(choose_node(module, "echo").action_id(), "echo");
    const auto problem = [&](const std::string& action) -> std::string {
        try {
            choose_node(module, action);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(problem(""), "which node? The module has: echo, slow_echo.");
    EXPECT_EQ(problem("slow_ecko"), "the module has no node \"slow_ecko\". Did you mean \"slow_echo\"?\n"
                                    "Its nodes are: echo, slow_echo.");
}

} // namespace
} // namespace cli
